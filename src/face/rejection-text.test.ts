import { describe, expect, it } from 'vitest'
import { rejectionOf, usualRejection } from './quality.ts'
import { parseRejection, rejectionText, ruleExample } from './rejection-text.ts'

describe('a rejection rule as text', () => {
  it('is read and written alike', () => {
    for (const text of [ruleExample, 'eyeDistance=24..', 'yaw=..45', 'score=0.5..0.75', 'none'])
      expect(rejectionText(parseRejection(text))).toBe(text)
    expect(parseRejection('usual')).toBe(usualRejection)
    expect(parseRejection(rejectionText(usualRejection))).toEqual(usualRejection)
  })

  it('names what is not understood', () => {
    expect(() => parseRejection('eyeDistance>=24')).toThrow('like eyeDistance=24..,')
    expect(() => parseRejection('eyedistance=24..')).toThrow('did you mean `eyeDistance`?')
    expect(() => parseRejection('yaw=..')).toThrow('got "yaw=.."')
    expect(() => parseRejection('')).toThrow('got ""')
  })
})

describe('rejecting', () => {
  const quality = {
    sharpness: 500,
    exposure: 120,
    clipped: 0,
    cutOff: 0,
    score: 0.9,
    eyeDistance: 40,
    yaw: -50,
  }

  it('says the first limit that is broken, in words', () => {
    expect(rejectionOf(quality, usualRejection)).toBeUndefined()
    expect(rejectionOf({ ...quality, eyeDistance: 9.14, exposure: 3 }, usualRejection)).toEqual({
      measure: 'eyeDistance',
      value: 9.14,
      limit: 16,
      reason: 'eye distance 9.1 pixels, less than 16',
    })
  })

  it('counts an angle to either side, and rejects nothing that is not known', () => {
    expect(rejectionOf(quality, { yaw: { max: 45 } })?.reason).toBe('yaw -50 degrees, more than 45')
    expect(rejectionOf(quality, { pitch: { max: 1 } })).toBeUndefined()
  })

  it('takes a number that is none for out of range', () => {
    expect(rejectionOf({ ...quality, sharpness: NaN }, usualRejection)?.measure).toBe('sharpness')
  })
})
