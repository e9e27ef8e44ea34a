import { describe, expect, it } from 'vitest'
import { parseSideContract } from './side-file.ts'

describe('a contract beside a model', () => {
  it.each([
    ['{"size":"112x96","channels":"bgr","mean":127.5,"std":128,"flip":"sum"}', { height: 112, width: 96 }],
    ['{"input":{"height":112,"width":96},"mean":[0,0,0]}', { height: 112, width: 96 }],
    ['{"size":[112,112]}', { height: 112, width: 112 }],
  ])('reads %s', (text, size) => {
    expect(parseSideContract(text, 'm.onnx.json').size).toEqual(size)
  })

  it('takes what is said and nothing else', () => {
    expect(parseSideContract('{"std":255,"mean":[1,1,1],"license":"MIT"}', 'f')).toEqual({
      std: 255,
      mean: 1,
      license: 'MIT',
    })
  })

  it.each([
    ['', 'no JSON'],
    ['[]', 'no JSON object'],
    ['{"chanels":"rgb"}', 'did you mean `channels`'],
    ['{"channels":"gbr"}', 'one of rgb, bgr'],
    ['{"std":0}', 'Expected `std`'],
    ['{"mean":[1,2,3]}', 'one number for all channels'],
    ['{"size":"112"}', 'Expected `size`'],
    ['{"flip":1}', 'one of concat, sum, none'],
  ])('refuses %s by name', (text, reason) => {
    expect(() => parseSideContract(text, 'm.onnx.json')).toThrow('m.onnx.json')
    expect(() => parseSideContract(text, 'm.onnx.json')).toThrow(reason)
  })
})
