/** What we use of Swagger UI, which brings no types. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  import type { ComponentType } from 'react'
  import type { referenceLayout } from './reference-layout'
  import type { TriedRequest, TriedResponse } from './tried-request'

  interface Options {
    /** Where it draws itself. */
    domNode: HTMLElement
    /** Of the description. */
    url: string
    plugins: (typeof referenceLayout)[]
    /** Name of the component that everything is in. */
    layout: string
    tryItOutEnabled: boolean
    docExpansion: 'list' | 'full' | 'none'
    /** How deep the schemas at the end are open. */
    defaultModelsExpandDepth: number
    syntaxHighlight: boolean
    /** Sees every request before it is sent, that of the description too. */
    requestInterceptor: (request: TriedRequest) => Promise<TriedRequest>
    /** Sees every answer before it is shown. */
    responseInterceptor: (response: TriedResponse) => TriedResponse
  }

  /** What its components get. */
  export interface System {
    /** One by its name; a container finds what it shows by itself. */
    getComponent: (name: string, container: boolean) => ComponentType
    specSelectors: { loadingStatus: () => 'loading' | 'failed' | 'success' | undefined }
  }

  export default function SwaggerUI(options: Options): void
}
