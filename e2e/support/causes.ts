/** A Playwright reporter that ends with why stories failed: whoever sees only the end of a long log sees that. */
import { stripVTControlCharacters } from 'node:util'
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter'

export default class Causes implements Reporter {
  private readonly causes: string[] = []

  onTestEnd(test: TestCase, { errors, status, duration }: TestResult): void {
    if (status === test.expectedStatus) return
    const { file, line } = test.location
    this.causes.push(`${file}:${String(line)} (${status} after ${String(duration)} ms)`)
    for (const { message = '', location } of errors) {
      const where = location === undefined ? '' : `${location.file}:${String(location.line)}: `
      this.causes.push(`  ${where}${stripVTControlCharacters(message).slice(0, 1500)}`)
    }
  }

  onEnd(): void {
    for (const cause of this.causes) process.stdout.write(`${cause}\n`)
  }

  printsToStdio(): boolean {
    return false
  }
}
