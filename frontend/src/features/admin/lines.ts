/** What the dashboard's charts draw, by name, colour, and where in the server's answer it is. */
import type { Metric } from '@/api/types'

/** One line of a chart. */
export interface Line {
  readonly key: string
  readonly label: string
  readonly color: string
  readonly metric: Metric
  /** By what the metric is divided; all of it where not given. */
  readonly part?: string
  readonly figure: 'count' | 'bytes'
}

/** Bytes that went from browser to browser. */
export const DIRECT: Line = {
  key: 'direct',
  label: 'Directly',
  color: 'var(--color-chart-1)',
  metric: 'transfers',
  part: 'direct',
  figure: 'bytes',
}

/** Bytes that reached somebody, by the path they took. */
export const PATHS: readonly Line[] = [
  DIRECT,
  {
    key: 'turn',
    label: 'By TURN',
    color: 'var(--color-chart-2)',
    metric: 'transfers',
    part: 'turn',
    figure: 'bytes',
  },
  {
    key: 'relay',
    label: 'By the relay',
    color: 'var(--color-chart-3)',
    metric: 'transfers',
    part: 'relay',
    figure: 'bytes',
  },
  {
    key: 'storage',
    label: 'From storage',
    color: 'var(--color-chart-4)',
    metric: 'downloads',
    part: 'server',
    figure: 'bytes',
  },
  {
    key: 'bucket',
    label: 'From the bucket',
    color: 'var(--color-chart-5)',
    metric: 'downloads',
    part: 'direct',
    figure: 'bytes',
  },
]

/** Files that came. */
export const UPLOADS: Line = {
  key: 'uploads',
  label: 'Uploads',
  color: 'var(--color-chart-1)',
  metric: 'uploads',
  figure: 'count',
}

/** Files that were fetched whole. */
export const DOWNLOADS: Line = {
  key: 'downloads',
  label: 'Downloads',
  color: 'var(--color-chart-4)',
  metric: 'downloads',
  figure: 'count',
}

/** Transfers of which everything arrived. */
export const TRANSFERS: Line = {
  key: 'transfers',
  label: 'Direct transfers',
  color: 'var(--color-chart-2)',
  metric: 'transfers',
  part: 'verified',
  figure: 'count',
}

/** What people did. */
export const DOINGS: readonly Line[] = [UPLOADS, DOWNLOADS, TRANSFERS]

/** What came to be stored, less what went for good. */
export const STORED: Line = {
  key: 'stored',
  label: 'Stored',
  color: 'var(--color-chart-4)',
  metric: 'stored',
  figure: 'bytes',
}

/** Accounts that were made. */
export const REGISTRATIONS: Line = {
  key: 'registrations',
  label: 'New accounts',
  color: 'var(--color-chart-4)',
  metric: 'registrations',
  figure: 'count',
}
