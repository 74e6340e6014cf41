/** Media types as people call them. Where it is said what is taken, and where a file request is made. */

/** What people call documents, but for text: by the names that IANA has for them. */
const DOCUMENTS = [
  'application/pdf',
  'application/rtf',
  'application/epub+zip',
  'application/msword',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.oasis.opendocument.text',
  'application/vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.oasis.opendocument.spreadsheet',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.oasis.opendocument.presentation',
] as const

/** Types that are chosen together. */
export interface TypePreset {
  /** As it is said within a sentence. */
  readonly name: string
  readonly types: readonly string[]
}

/** What there is to choose from. */
export const TYPE_PRESETS: readonly TypePreset[] = [
  { name: 'pictures', types: ['image/*'] },
  { name: 'documents', types: [...DOCUMENTS, 'text/*'] },
  { name: 'sound', types: ['audio/*'] },
  { name: 'films', types: ['video/*'] },
]

const KINDS: Partial<Record<string, string>> = {
  'image/*': 'pictures',
  'audio/*': 'sound',
  'video/*': 'films',
  'text/*': 'text',
  'font/*': 'fonts',
  'application/pdf': 'PDFs',
  'application/zip': 'ZIPs',
  'text/html': 'web pages',
  'image/svg+xml': 'SVG drawings',
  'application/vnd.microsoft.portable-executable': 'programs for Windows',
  'application/x-executable': 'programs for Linux',
}

/** Whether all of a preset is among them. */
export function hasPreset(types: readonly string[], preset: TypePreset): boolean {
  return preset.types.every((type) => types.includes(type))
}

/** What is among them beside the presets. */
export function besidePresets(types: readonly string[]): string[] {
  const chosen = TYPE_PRESETS.filter((preset) => hasPreset(types, preset))
  return types.filter((type) => !chosen.some((preset) => preset.types.includes(type)))
}

/** `pictures, documents, and model/gltf`; what is named in other ways stands as it is. */
export function typeList(types: readonly string[]): string {
  const presets = TYPE_PRESETS.filter((preset) => hasPreset(types, preset)).map(({ name }) => name)
  const others = besidePresets(types).map((type) => KINDS[type] ?? type)
  return new Intl.ListFormat('en', { type: 'conjunction' }).format([
    ...new Set([...presets, ...others]),
  ])
}
