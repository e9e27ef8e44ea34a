import { expect, test } from 'vitest'
import { breather } from './breather.ts'

const busy = (ms: number): void => {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test('what waits has its turn where work goes on for long, and only there', async () => {
  let served = 0
  const timer = setInterval(() => served++, 1)
  const rest = breather(20)
  await rest()
  expect(served).toBe(0)
  busy(30)
  await rest()
  expect(served).toBeGreaterThan(0)
  clearInterval(timer)
})
