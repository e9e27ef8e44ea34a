/** @file Retrieval in a folder of people: every image searches among all others. */
import { depthOption } from '../../data/depth-option.ts'
import { defineProtocol, type Protocol } from './protocol.ts'

export interface RetrievalAsked {
  readonly depth: number
}

export const retrievalProtocol: Protocol<RetrievalAsked> = defineProtocol<RetrievalAsked>({
  kind: 'retrieval',
  question: 'searches',
  unit: 'images',
  benchmarks: [{ name: 'retrieval', title: 'Retrieval in a folder' }],
  options: {
    depth: depthOption('Protocol'),
  },
})
