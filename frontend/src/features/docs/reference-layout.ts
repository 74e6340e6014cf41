/**
 * What Swagger UI draws of itself: the calls. The page around them has a heading and a main part of its own. A plugin
 * for Swagger UI, with its own React. Used by the reference.
 */
import type { AriaAttributes, ComponentType, createElement, ReactElement, ReactNode } from 'react'
import type { System } from 'swagger-ui-dist/swagger-ui-es-bundle.js'

/** Its parts, in order, and whether each finds by itself what it shows. */
const PARTS = [
  ['SvgAssets', false],
  ['AuthorizeBtnContainer', true],
  ['operations', true],
  ['Models', true],
] as const

interface Elements {
  readonly React: { createElement: typeof createElement }
}

interface TextProps {
  readonly className?: string
  readonly children: ReactNode
}

/** Brings the layout `Calls`, names for what has none, and a way for keyboards into what scrolls. */
export function referenceLayout({ React }: Elements) {
  const field = (Original: ComponentType<AriaAttributes>) =>
    function NamedTextArea(properties: AriaAttributes) {
      return React.createElement(Original, { 'aria-label': 'Request body', ...properties })
    }
  // Whose parameter it is stands beside it, for eyes only.
  const choice = (Original: ComponentType) =>
    function NamedSelect(properties: object) {
      const name = React.createElement('span', { className: 'sr-only' }, 'Value')
      return React.createElement('label', null, name, React.createElement(Original, properties))
    }
  const closing = (Original: ComponentType) =>
    function NamedCloseIcon() {
      const icon = React.createElement(Original)
      return React.createElement('span', { role: 'img', 'aria-label': 'Close' }, icon)
    }
  const plain = () =>
    function FocusableText({ className = '', children }: TextProps) {
      return React.createElement(
        'pre',
        { className: `microlight ${className}`, tabIndex: 0 },
        children,
      )
    }
  return {
    components: { Calls },
    wrapComponents: {
      TextArea: field,
      Select: choice,
      CloseIcon: closing,
      PlainTextViewer: plain,
    },
  }

  function Calls({ getComponent, specSelectors }: System): ReactElement {
    const status = specSelectors.loadingStatus()
    const parts =
      status === 'success'
        ? PARTS.map(([name, container]) =>
            React.createElement(getComponent(name, container), { key: name }),
          )
        : status === 'failed' && 'The description could not be loaded. Reload the page.'
    return React.createElement('div', { className: 'swagger-ui' }, parts)
  }
}
