/** Keeps what goes wrong in one preview, whose content may be anybody's, from the page that it stands over. */
import { Component, type ReactNode } from 'react'
import { NoPreview } from './no-preview'

interface PreviewBoundaryProps {
  onDownload: () => void
  children: ReactNode
}

/** In place of a preview that failed, says so. */
export class PreviewBoundary extends Component<PreviewBoundaryProps, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    return this.state.failed ? (
      <NoPreview words="This file could not be shown." onDownload={this.props.onDownload} />
    ) : (
      this.props.children
    )
  }
}
