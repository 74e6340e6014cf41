/** The worker behind `Metronome`: answers after so many milliseconds, for a hidden page's own timers are held back. */
self.addEventListener('message', ({ data }: MessageEvent<number>) => {
  setTimeout(() => self.postMessage(undefined), data)
})
