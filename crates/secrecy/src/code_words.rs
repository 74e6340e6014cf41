//! Codes that people say to each other instead of sending a link: `4821-orbit-canyon`. The number tells
//! the server which room to knock at; the two words, 16 random bits, are the password of one exchange
//! and never reach the server. The browser's twins are `code-words.ts` and `code-word-list.ts`.

use std::fmt;

use rand::CryptoRng;
use thiserror::Error;

/// Whatever longer text somebody pastes is no code, and need not be taken apart.
const MAX_CHARACTERS: usize = 100;

/// Nameplates have four digits, and more where the server has given half of those.
const NAMEPLATE_DIGITS: std::ops::RangeInclusive<usize> = 4..=9;

/// A code, taken apart.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// The digits that the server gave.
    pub nameplate: String,
    /// The secret: two words with a hyphen between them.
    pub words: String,
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

/// What is wrong with a text that is no code: its form, or the part that does not exist.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CodeMistake {
    /// Not a number and two words.
    #[error("a code is a number and two words, like 4821-orbit-canyon")]
    Form,
    /// The number is none that a server gives.
    #[error("a code begins with a number of four digits or more")]
    Nameplate,
    /// The first word is not in the list.
    #[error("there is no such first word")]
    FirstWord,
    /// The second word is not in the list.
    #[error("there is no such second word")]
    SecondWord,
}

/// The two words that two bytes are.
pub(crate) fn two_words(bytes: [u8; 2]) -> [&'static str; 2] {
    bytes.map(|byte| CODE_WORDS[usize::from(byte)])
}

impl Code {
    /// A new code for a nameplate.
    pub fn make(nameplate: String, random: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 2];
        random.fill_bytes(&mut bytes);
        Self { nameplate, words: two_words(bytes).join("-") }
    }

    /// The code as it is shown, said and typed.
    pub fn text(&self) -> String {
        format!("{}-{}", self.nameplate, self.words)
    }

    /// Reads what somebody typed; forgives capitals, blanks for hyphens, and blanks around it.
    pub fn parse(text: &str) -> Result<Self, CodeMistake> {
        if text.chars().count() > MAX_CHARACTERS {
            return Err(CodeMistake::Form);
        }
        let text = text.to_lowercase();
        let mut parts = text.split(is_between).filter(|part| !part.is_empty());
        let nameplate = parts.next().filter(|part| is_nameplate(part));
        let nameplate = nameplate.ok_or(CodeMistake::Nameplate)?;
        let (Some(first), Some(second), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(CodeMistake::Form);
        };
        if CODE_WORDS.binary_search(&first).is_err() {
            return Err(CodeMistake::FirstWord);
        }
        if CODE_WORDS.binary_search(&second).is_err() {
            return Err(CodeMistake::SecondWord);
        }
        Ok(Self { nameplate: nameplate.to_owned(), words: format!("{first}-{second}") })
    }
}

/// What people, keyboards and messengers put between the parts: blanks, and hyphens of any length.
fn is_between(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n' | '\u{a0}' | '\u{2010}'..='\u{2015}' | '-')
}

fn is_nameplate(part: &str) -> bool {
    NAMEPLATE_DIGITS.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// The words that codes are made of: 256 of them in order, so that a word is a byte. Short, easily
/// spoken and easily told apart: three typing mistakes or more lie between any two of them.
#[rustfmt::skip]
pub const CODE_WORDS: [&str; 256] = [
    "album", "anchor", "autumn", "avocado", "badger", "bakery", "bamboo", "banana", "basket",
    "bathtub", "biplane", "biscuit", "blossom", "bonfire", "bridge", "bronze", "buffalo",
    "cactus", "canyon", "captain", "cavern", "cedar", "chalk", "chimney", "cinema", "circle",
    "citrus", "clover", "cobalt", "cobweb", "coconut", "coffee", "compass", "cottage", "cradle",
    "cricket", "crystal", "cupcake", "cushion", "custard", "cyclone", "daisy", "dancer",
    "delta", "dentist", "desert", "diamond", "dolphin", "domino", "doorway", "dragon",
    "drizzle", "dynamo", "eclipse", "elbow", "emerald", "evening", "fabric", "feather",
    "fiesta", "flannel", "flute", "forest", "fossil", "furnace", "galaxy", "garden", "garlic",
    "gazelle", "gecko", "ginger", "giraffe", "glacier", "gondola", "gorilla", "grape",
    "gravity", "guitar", "habitat", "hammock", "hamster", "harbor", "harvest", "hickory",
    "horizon", "indigo", "island", "ivory", "jackpot", "jaguar", "jasmine", "jigsaw", "journey",
    "jubilee", "jungle", "juniper", "kayak", "ketchup", "keyhole", "kitchen", "lantern",
    "laptop", "lava", "lemon", "leopard", "library", "lilac", "lizard", "lobster", "lotus",
    "lullaby", "lunar", "magnet", "mailbox", "mammoth", "maple", "meadow", "melody", "mermaid",
    "mineral", "mirror", "monarch", "monkey", "monsoon", "mosaic", "muffin", "museum", "napkin",
    "narwhal", "nectar", "nickel", "noodle", "nugget", "nursery", "nutmeg", "oasis", "oatmeal",
    "octopus", "olive", "onion", "opera", "orange", "orbit", "orchid", "origami", "ostrich",
    "outpost", "oxygen", "pajamas", "palace", "panda", "papaya", "parsley", "pastry", "peacock",
    "pelican", "perfume", "picnic", "pigeon", "pilot", "planet", "plumber", "plywood",
    "popcorn", "prairie", "pretzel", "prism", "pumpkin", "puzzle", "pyramid", "quartz", "quilt",
    "rabbit", "rainbow", "rapids", "rhino", "rhubarb", "rodeo", "ruby", "safari", "saffron",
    "salmon", "sausage", "scarf", "scooter", "seagull", "sequoia", "shelter", "sherbet",
    "shrimp", "silver", "sketch", "skyline", "snorkel", "sparrow", "spatula", "spider",
    "spinach", "spiral", "sponge", "squash", "stadium", "statue", "stencil", "suburb", "summit",
    "sunrise", "sunset", "syrup", "teacup", "teapot", "temple", "tennis", "termite", "thimble",
    "thunder", "toast", "tomato", "tornado", "toucan", "tractor", "trolley", "trophy",
    "trumpet", "tugboat", "tundra", "turbine", "turnip", "turtle", "umpire", "unicorn",
    "vacuum", "valley", "vanilla", "velvet", "village", "vinegar", "violin", "volcano",
    "vortex", "voyage", "waffle", "walkway", "walrus", "warthog", "weasel", "wedding",
    "weekend", "whisper", "window", "wombat", "yogurt", "yonder", "zebra", "zenith", "zigzag",
];
