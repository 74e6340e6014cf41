/** What the address of a file request opens: who asks for what, and the way to send it. No account is needed. */
import { useEffect, useState } from 'react'
import { useParams } from 'react-router'
import { ProblemError } from '@/api/problem'
import type {
  FileRequestPublic,
  FileRequestTerms,
  SentFile,
  UnlockedFileRequest,
} from '@/api/types'
import { Card } from '@/components/ui/card'
import { Notice } from '@/components/ui/notice'
import { Skeleton } from '@/components/ui/skeleton'
import { canCancel, canRetry, isUnderWay, type Upload } from '@/lib/uploads/upload-queue'
import { useQueue } from '@/lib/uploads/watched-queue'
import { AnswerForm } from './answer-form'
import { ClosedRequest } from './closed-request'
import type { Told, Unlocked } from './request-access'
import { RequestTerms } from './request-terms'
import { type RequestUploads, requestUploads } from './request-uploads'
import { SentFiles } from './sent-files'
import { filesLeft, requestLimits } from './terms-words'
import { UnlockRequest } from './unlock-request'
import { sentCount, useRequest } from './use-request'

/** The page, at `/r/:slug`. */
export function RequestPage() {
  const { slug = '' } = useParams()
  // A new address is a new page: no name is carried over.
  return <Request key={slug} slug={slug} />
}

function Request({ slug }: { slug: string }) {
  const uploads = requestUploads(slug)
  const { queue } = uploads
  const list = useQueue(queue)
  const [chosen, setChosen] = useState(0)
  const { told, error } = useRequest(slug, uploads, list)
  const code = error instanceof ProblemError ? error.problem?.code : undefined
  const isGone = code === 'not_found' && list.length > 0
  useEffect(() => {
    // Nobody will ever take what was to go there.
    if (isGone) queue.reset()
  }, [isGone, queue])
  const files = <SentFiles queue={queue} list={list} owner={told?.request.owner} chosen={chosen} />
  const terms = told?.request.terms

  // Whoever has just sent the last file that was asked for is thanked, not turned away.
  const isFilled = code === 'used_up' && terms && list.length > 0
  // What fails for the moment changes nothing that is known.
  if (error && !isFilled && (code !== undefined || !told)) {
    return (
      <div className="mx-auto max-w-2xl">
        <ClosedRequest error={error} />
        {list.some(canCancel) && files}
      </div>
    )
  }
  if (!told) return <Loading />
  const { request } = told
  return (
    <div className="mx-auto max-w-2xl sm:pt-8">
      <title>{`${terms?.title ?? `Files for ${request.owner}`} · ShareSync`}</title>
      <Heading request={request} />
      <Card className="mt-6 sm:mt-8">
        {terms ? (
          <Answering
            told={told}
            terms={terms}
            uploads={uploads}
            list={list}
            isFilled={isFilled === true}
            onChosen={() => setChosen((before) => before + 1)}
          />
        ) : (
          <UnlockRequest
            slug={slug}
            owner={request.owner}
            onUnlocked={(unlocked) => goOnWith(uploads, unlocked)}
          />
        )}
      </Card>
      {files}
    </div>
  )
}

/** Notes what the password has shown, and goes on with what has failed for want of it. */
function goOnWith({ queue, access }: RequestUploads, unlocked: UnlockedFileRequest) {
  const { pass, ...request } = unlocked
  access.set({ request, pass, sentBefore: sentCount(queue.uploads) })
  for (const upload of queue.uploads) {
    if (upload.state.is === 'failed' && canRetry(upload)) queue.retry(upload.key)
  }
}

function Heading({ request: { owner, terms } }: { request: FileRequestPublic }) {
  return (
    <>
      <h1 className="text-xl font-semibold break-words">
        <span className="text-accent">{owner}</span> asks you for files
      </h1>
      {terms && <p className="mt-2 text-lg font-semibold break-words">{terms.title}</p>}
      {terms?.message && (
        <p className="mt-2 text-base break-words whitespace-pre-wrap">{terms.message}</p>
      )}
    </>
  )
}

interface AnsweringProps {
  told: Told | Unlocked
  terms: FileRequestTerms
  uploads: RequestUploads
  list: readonly Upload<SentFile>[]
  /** Whether it has all the files that it takes. */
  isFilled: boolean
  onChosen: () => void
}

function Answering(props: AnsweringProps) {
  const { told, terms, list, isFilled, onChosen } = props
  const { queue } = props.uploads
  const { request, sentBefore } = told
  const sentSince = sentCount(list) - sentBefore
  const left = filesLeft(terms, sentSince)
  const underWay = list.filter(isUnderWay).length
  const isWanted = list.some(({ state }) => state.is === 'wanted')
  return (
    <>
      <RequestTerms
        terms={terms}
        left={isFilled ? undefined : left}
        expiresAt={request.expires_at}
      />
      {isFilled ? (
        <Notice className="mt-6">
          {request.owner} has all the files that were asked for. Nothing more is taken.
        </Notice>
      ) : (
        <div className="mt-6 border-t border-line pt-6">
          <AnswerForm
            slug={request.slug}
            owner={request.owner}
            queue={queue}
            limits={requestLimits(terms, sentSince)}
            pass={'pass' in told ? told.pass : null}
            isFull={left !== undefined && left <= underWay && !isWanted}
            onChosen={onChosen}
          />
        </div>
      )}
    </>
  )
}

function Loading() {
  return (
    <div role="status" className="mx-auto max-w-2xl sm:pt-8">
      <span className="sr-only">Loading</span>
      <Skeleton className="h-9 w-2/3" />
      <Skeleton className="mt-2 h-6 w-1/2" />
      <Skeleton className="mt-8 h-64" />
    </div>
  )
}
