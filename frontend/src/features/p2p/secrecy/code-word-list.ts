/**
 * The words that codes are made of: 256 of them, so that a word is a byte. Short, easily spoken and
 * easily told apart: three typing mistakes or more lie between any two of them. A word's place is
 * its number, and both sides of an exchange must have the same list: the native twin is
 * `crates/secrecy/src/code_words.rs`, and `crates/secrecy/fixtures/words.json` holds both to it.
 */
export const CODE_WORDS: readonly string[] = `
  album anchor autumn avocado badger bakery bamboo banana basket bathtub biplane biscuit blossom
  bonfire bridge bronze buffalo cactus canyon captain cavern cedar chalk chimney cinema circle
  citrus clover cobalt cobweb coconut coffee compass cottage cradle cricket crystal cupcake
  cushion custard cyclone daisy dancer delta dentist desert diamond dolphin domino doorway
  dragon drizzle dynamo eclipse elbow emerald evening fabric feather fiesta flannel flute forest
  fossil furnace galaxy garden garlic gazelle gecko ginger giraffe glacier gondola gorilla grape
  gravity guitar habitat hammock hamster harbor harvest hickory horizon indigo island ivory
  jackpot jaguar jasmine jigsaw journey jubilee jungle juniper kayak ketchup keyhole kitchen
  lantern laptop lava lemon leopard library lilac lizard lobster lotus lullaby lunar magnet
  mailbox mammoth maple meadow melody mermaid mineral mirror monarch monkey monsoon mosaic
  muffin museum napkin narwhal nectar nickel noodle nugget nursery nutmeg oasis oatmeal octopus
  olive onion opera orange orbit orchid origami ostrich outpost oxygen pajamas palace panda
  papaya parsley pastry peacock pelican perfume picnic pigeon pilot planet plumber plywood
  popcorn prairie pretzel prism pumpkin puzzle pyramid quartz quilt rabbit rainbow rapids rhino
  rhubarb rodeo ruby safari saffron salmon sausage scarf scooter seagull sequoia shelter sherbet
  shrimp silver sketch skyline snorkel sparrow spatula spider spinach spiral sponge squash
  stadium statue stencil suburb summit sunrise sunset syrup teacup teapot temple tennis termite
  thimble thunder toast tomato tornado toucan tractor trolley trophy trumpet tugboat tundra
  turbine turnip turtle umpire unicorn vacuum valley vanilla velvet village vinegar violin
  volcano vortex voyage waffle walkway walrus warthog weasel wedding weekend whisper window
  wombat yogurt yonder zebra zenith zigzag
`
  .trim()
  .split(/\s+/)
