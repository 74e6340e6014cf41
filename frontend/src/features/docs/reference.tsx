/** Swagger UI, in the page's colours. It draws itself, outside of React. Used by the page of the API. */
import { useEffect, useRef } from 'react'
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js'
import 'swagger-ui-dist/swagger-ui.css'
import './reference.css'
import { referenceLayout } from './reference-layout'
import { asOneself, DESCRIPTION, noticeEnd } from './tried-request'
import { useDarkClass } from './use-dark-class'

/** Every call, to read and to try. */
export function Reference() {
  const place = useRef<HTMLDivElement>(null)
  useDarkClass()
  useEffect(() => {
    const domNode = document.createElement('div')
    place.current?.append(domNode)
    SwaggerUI({
      domNode,
      url: DESCRIPTION,
      plugins: [referenceLayout],
      layout: 'Calls',
      tryItOutEnabled: true,
      docExpansion: 'list',
      defaultModelsExpandDepth: 0,
      // Its colours are too weak on some grounds.
      syntaxHighlight: false,
      requestInterceptor: asOneself,
      responseInterceptor: noticeEnd,
    })
    return () => domNode.remove()
  }, [])
  return <div ref={place} className="mt-6" />
}
