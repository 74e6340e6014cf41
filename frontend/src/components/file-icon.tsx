/** A file's kind as a picture, guessed from its name. In every list of files. */
import { File, FileArchive, FileCode, FileMusic, FileText, FileVideo, Image } from 'lucide-react'
import type { ReactNode } from 'react'

const KINDS: [icon: ReactNode, extensions: string][] = [
  [<Image aria-hidden />, 'png jpg jpeg gif webp avif svg heic bmp tif tiff ico'],
  [<FileVideo aria-hidden />, 'mp4 mov mkv webm avi m4v'],
  [<FileMusic aria-hidden />, 'mp3 wav flac ogg m4a aac opus'],
  [<FileText aria-hidden />, 'pdf txt md doc docx odt rtf xls xlsx ods ppt pptx odp csv epub'],
  [<FileArchive aria-hidden />, 'zip tar gz xz zst bz2 7z rar iso dmg'],
  [
    <FileCode aria-hidden />,
    'js ts tsx jsx rs py go c h cpp java html css json xml yml yaml toml sh sql',
  ],
]

const ICONS = new Map(
  KINDS.flatMap(([icon, extensions]) =>
    extensions.split(' ').map((extension) => [extension, icon] as const),
  ),
)

/** The picture; it says nothing that the name does not. */
export function FileIcon({ name }: { name: string }) {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return (
    <span className="flex size-10 shrink-0 items-center justify-center rounded-md bg-sunken text-muted [&_svg]:size-5">
      {ICONS.get(extension) ?? <File aria-hidden />}
    </span>
  )
}
