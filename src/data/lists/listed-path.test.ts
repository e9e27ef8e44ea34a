import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError } from '../../base/errors.ts'
import { checkInside, pathFinder, plainPath, whatIsThere } from './listed-path.ts'

const paths = [
  'anna/1.jpg',
  'anna/2.png',
  'bob/1.jpg',
  'J\u00fcrgen/1.jpg',
  'Anna.B/Anna.B_0001.jpg',
  'a b/1.jpg',
]
const find = (name: string): string | undefined =>
  pathFinder(paths, { file: 'list.txt', folder: '/data/sets/lfw' })(name)

describe('a path in a list', () => {
  it.each([
    ['as it is', 'anna/1.jpg', 'anna/1.jpg'],
    ['with ./ in front', './anna/1.jpg', 'anna/1.jpg'],
    ['with backslashes', 'anna\\1.jpg', 'anna/1.jpg'],
    ['with doubled slashes', 'anna//1.jpg', 'anna/1.jpg'],
    ['with a way back inside', 'bob/../anna/1.jpg', 'anna/1.jpg'],
    ['absolute, in the folder', '/data/sets/lfw/anna/1.jpg', 'anna/1.jpg'],
    ['absolute, of another machine', '/home/me/faces/anna/1.jpg', 'anna/1.jpg'],
    ['absolute, of a Windows machine', 'D:\\faces\\anna\\1.jpg', 'anna/1.jpg'],
    ["with the folder's own name", 'lfw/anna/1.jpg', 'anna/1.jpg'],
    ['with more of the way to the folder', 'sets/lfw/anna/1.jpg', 'anna/1.jpg'],
    ['with another ending', 'anna/1.PNG', 'anna/1.jpg'],
    ['with the ending of the originals', 'anna/1.bmp', 'anna/1.jpg'],
    ['without an ending', 'anna/2', 'anna/2.png'],
    ['of a name with a dot', 'Anna.B/Anna.B_0001', 'Anna.B/Anna.B_0001.jpg'],
    ['in decomposed Unicode', 'Ju\u0308rgen/1.jpg', 'J\u00fcrgen/1.jpg'],
    ['in decomposed Unicode, another ending', 'lfw/Ju\u0308rgen/1.webp', 'J\u00fcrgen/1.jpg'],
    ['with a space', 'a b/1.jpg', 'a b/1.jpg'],
    ['of nobody', 'cem/1.jpg', undefined],
    ['of an ending that is no image’s', 'anna/1.txt', undefined],
  ])('is found %s', (_, name, path) => {
    expect(find(name)).toBe(path)
  })

  it('is refused where it leaves the folder', () => {
    for (const name of ['../x/1.jpg', 'anna/../../x.jpg', '..\\x.jpg', '/../x.jpg'])
      expect(() => find(name)).toThrow(/list\.txt names .* leads out of the folder/)
  })

  it('is refused where it could be several', () => {
    const two = pathFinder(['a/1.jpg', 'a/1.png'])
    expect(two('a/1.png')).toBe('a/1.png')
    expect(() => two('a/1')).toThrow('a/1 could be any of a/1.jpg, a/1.png')
  })

  it('is never taken for that of another image by its end alone', () => {
    const flat = pathFinder(['1.jpg'])
    expect(flat('/sets/anna/1.jpg')).toBe('1.jpg')
    expect(() => flat('/sets/bob/1.jpg')).toThrow(DataError)
    // the folder written in two ways is one folder
    const own = pathFinder(['anna/1.jpg'], { folder: '/data/lfw' })
    expect([own('lfw/anna/1.jpg'), own('anna/1.jpg')]).toEqual(['anna/1.jpg', 'anna/1.jpg'])
  })

  it('never comes out above the folder, whatever it is made of', () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'b', 'C:')
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.constantFrom('/', '\\'), (parts, slash) => {
        const name = parts.join(slash)
        let inside: string
        try {
          inside = checkInside(name)
        } catch {
          return
        }
        expect(inside.split('/')).not.toContain('..')
        expect(plainPath(inside)).toBe(inside)
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})

describe('what is there instead', () => {
  it('shows the folder of the image, a folder of nearly that name, or a few images', () => {
    expect(whatIsThere('anna/7.jpg', paths, 'lfw')).toBe('anna holds 1.jpg, 2.png')
    expect(whatIsThere('ana/1.jpg', paths, 'lfw')).toBe('lfw has no ana, but anna')
    expect(whatIsThere('7.jpg', paths, 'lfw')).toContain('lfw holds 6 images, such as anna/1.jpg')
    expect(whatIsThere('7.jpg', [], 'lfw')).toBe('lfw holds no images')
  })
})
