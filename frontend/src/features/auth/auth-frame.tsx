/** The frame of the pages by which one gets in. */
import { LogoMark } from '@/components/logo'
import { NarrowPage, type NarrowPageProps } from '@/components/narrow-page'

/** Under the mark of the house. */
export function AuthFrame(props: NarrowPageProps) {
  return <NarrowPage {...props} mark={<LogoMark className="size-12" />} className="max-w-sm" />
}
