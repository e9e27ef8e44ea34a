import { describe, expect, test } from 'vitest'
import { identityColours, identityPaint, palette, seriesColours, type Theme } from './palette.ts'

type Rgb = readonly [number, number, number]

const linear = (hex: string): Rgb => {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return [channel(1), channel(3), channel(5)]
}

const multiply = (rows: readonly Rgb[], [r, g, b]: Rgb): Rgb => {
  const [x = 0, y = 0, z = 0] = rows.map((row) => row[0] * r + row[1] * g + row[2] * b)
  return [x, y, z]
}

// Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
const sight: Readonly<Record<string, readonly Rgb[]>> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
}

/** CIELAB under D65. */
const lab = (rgb: Rgb): Rgb => {
  const [x, y, z] = multiply(
    [
      [0.4124, 0.3576, 0.1805],
      [0.2126, 0.7152, 0.0722],
      [0.0193, 0.1192, 0.9505],
    ],
    rgb.map((value) => Math.max(0, Math.min(1, value))) as [number, number, number],
  )
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)]
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)]
}

const apart = (a: string, b: string, eyes: string): number => {
  const [p, q] = [a, b].map((hex) => lab(multiply(sight[eyes] ?? [], linear(hex))))
  return Math.hypot(...(p ?? []).map((value, i) => value - (q?.[i] ?? 0)))
}

const luminance = (hex: string): number => {
  const [r, g, b] = linear(hex)
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

const contrast = (a: string, b: string): number => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05)
}

describe.each(['light', 'dark'] as const)('on %s ground', (theme: Theme) => {
  test('series and words are read at 4.5:1, the faint at 3:1', () => {
    const ground = palette.surface[theme]
    for (const name of [...seriesColours, 'ink', 'soft'] as const)
      expect(contrast(palette[name][theme], ground), name).toBeGreaterThanOrEqual(4.5)
    expect(contrast(palette.faint[theme], ground)).toBeGreaterThanOrEqual(2.9)
  })

  test.each(Object.keys(sight))('the first three series are told apart with %s', (eyes) => {
    const names = seriesColours.slice(0, 3)
    for (const a of names)
      for (const b of names)
        if (a < b) expect(apart(palette[a][theme], palette[b][theme], eyes), `${a}, ${b}`).toBeGreaterThan(18)
  })

  test.each(Object.keys(sight))('any two identities are told apart with %s', (eyes) => {
    for (const [i, a] of identityColours.entries())
      for (const [j, b] of identityColours.entries())
        if (i < j) expect(apart(a[theme], b[theme], eyes), `${i}, ${j}`).toBeGreaterThan(25)
  })
})

test('identities beyond the eighth repeat', () => {
  expect(identityPaint(9)).toBe(identityPaint(1))
})
