/** How long a link may last, in seconds; an empty value lasts as long as its files. */
export const LIFETIMES = [
  { value: '', label: 'As long as the files are kept' },
  { value: '3600', label: 'One hour' },
  { value: '86400', label: 'One day' },
  { value: '259200', label: 'Three days' },
  { value: '604800', label: 'One week' },
]
