/** @file Evaluates models for a person: the protocol said, the figures printed, reports written. Loaded when it is needed. */
import { basename, extname } from 'node:path'
import { UsageError } from '../base/errors.ts'
import { given } from '../base/given.ts'
import { withoutLastSlashes } from '../base/names.ts'
import type { ContractGuess } from '../evaluate/contract-guess.ts'
import { compareEvaluations, type PairedDifference } from '../evaluate/protocol/compare.ts'
import { figuresOf, type ProtocolResult } from '../evaluate/protocol/figures.ts'
import type { ProtocolEvaluation, ProtocolReport } from '../evaluate/protocol/report.ts'
import { benchmarkNamed } from '../evaluate/protocols/registry.ts'
import { isEmbeddingFile } from '../node/evaluate/protocol-embeddings.ts'
import { chooseProtocol, type ChosenProtocol } from '../node/evaluate/protocol-guess.ts'
import type { ProtocolRun, Subject } from '../node/evaluate/protocol-request.ts'
import { runProtocol } from '../node/evaluate/protocol-run.ts'
import { checkPlace, replaceFile } from '../node/files/replace-file.ts'
import { evaluationText } from '../report/evaluation-text.ts'
import { protocolMarkdown, protocolText } from '../report/protocol-text.ts'
import { recordEntries } from '../report/protocol-words.ts'
import { withFlip } from '../model/contract-id.ts'
import type { EmbeddingModel, ModelContract } from '../model/contract.ts'
import type { Context, ExitCode } from './command.ts'
import { checkOptionsFit, type EvaluateOptions } from './evaluate-options.ts'
import { openModelFor } from './models.ts'
import { progressOf } from './progress.ts'

type Given = Partial<EvaluateOptions>

/** One of the models, as it was named. */
interface Named {
  readonly name: string
  readonly path: string
  readonly kind: Subject['kind']
}

const shortName = (path: string): string =>
  basename(withoutLastSlashes(path, '\\/')).replace(/\.(onnx|npy)$/, '')

/** The model and those it is compared with; names that would be the same are written in full. */
const subjectsOf = (asked: Given): readonly Named[] => {
  const first = asked.model ?? asked.embeddings ?? ''
  const paths = [first, ...(asked.against ?? [])]
  const short = paths.map(shortName)
  return paths.map((path, i) => ({
    path,
    kind: (i === 0 ? asked.model === undefined : isEmbeddingFile(path)) ? 'embeddings' : 'model',
    name: short.filter((name) => name === short[i]).length > 1 ? path : (short[i] ?? path),
  }))
}

interface Done extends ProtocolRun {
  readonly contract?: ModelContract
  readonly contractGuess?: ContractGuess
}

const evaluatedContract = (contract: ModelContract, { convention, flip }: Given): ModelContract =>
  convention === 'insightface' || flip === undefined || flip === contract.flip
    ? contract
    : withFlip(contract, flip)

/** The contract on the command line is that of --model; others carry theirs, or have it beside them. */
const openSubject = async ({ output }: Context, { path }: Named, asked: Given): Promise<EmbeddingModel> => {
  const { threads, device, convention, flip, ...options } = asked
  const how = given({ threads, device })
  if (path === asked.model) {
    const own = convention === 'insightface' || flip === undefined ? options : { ...options, flip }
    return openModelFor(output, path, { ...own, ...how })
  }
  return openModelFor(output, path, how).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(
      `--against ${path}: ${error.message}. Options on the command line are those of --model`,
      {
        cause: error,
      },
    )
  })
}

const runOne = async (
  context: Context,
  subject: Named,
  asked: Given,
  chosen: ChosenProtocol,
): Promise<Done> => {
  const { output, signal } = context
  const { unit } = benchmarkNamed(chosen.protocol).protocol
  const judge = async (evaluated: Subject): Promise<ProtocolRun> => {
    using progress = progressOf(output, `${chosen.protocol}: embedding by ${subject.name}`, unit)
    const request = { ...asked, name: subject.name, chosen, seed: asked.seed ?? 1 }
    return await runProtocol(evaluated, { ...request, signal, onProgress: progress.update })
  }
  if (subject.kind === 'embeddings') {
    const isFirst = subject.path === asked.embeddings
    const names = isFirst ? asked.names : undefined
    return judge({ kind: 'embeddings', path: subject.path, ...given({ names }) })
  }
  await using opened = await openSubject(context, subject, asked)
  // how features of the mirror image are used is the evaluation's, for all models alike
  const model = { ...opened, contract: evaluatedContract(opened.contract, asked) }
  const run = await judge({ kind: 'model', model })
  const contract = { contract: model.contract }
  if (asked.checkContract !== true || run.pairs === undefined || subject.path !== asked.model)
    return { ...run, ...contract }
  const { sayContractCheck } = await import('./contract-check.ts')
  const { judgement, pack } = run.pairs
  const contractGuess = await sayContractCheck(context, model, {
    pairs: judgement.verification.scored,
    ...given({ images: asked.images, pack }),
  })
  return { ...run, ...contract, contractGuess }
}

/** DET points belong to --nist; without it a console shows what the protocol itself reports. */
const shownResults = (report: ProtocolReport, nist: boolean): readonly ProtocolResult[] =>
  report.results.filter(({ schema }) => nist || schema !== 'cosface-nist-1to1/1')

const textOf = ({ evaluation: { report } }: Done, nist: boolean): string => {
  const results = shownResults(report, nist)
  const [first] = results
  if (results.length > 1 || first?.schema !== 'cosface-evaluation/1')
    return protocolText([{ ...report, groups: results.map(figuresOf) }])
  const facts = recordEntries(report.record).map(([name, value]) => `${name.padEnd(11)}${value}`)
  return [evaluationText({ ...first, warnings: report.warnings }), '', ...facts].join('\n')
}

/** The protocol's own result with its record; what else was asked for follows under `further`. */
const jsonOf = (
  { evaluation: { report }, contractGuess }: Done,
  nist: boolean,
  { because }: ChosenProtocol,
): object => {
  const [first, ...further] = shownResults(report, nist)
  return {
    ...first,
    record: report.record,
    ...given({ guessed: because }),
    ...(further.length === 0 ? {} : { further }),
    ...given({ contractGuess }),
    // a result's own warnings are among them
    warnings: report.warnings,
  }
}

const kinds: ReadonlySet<string> = new Set(['.html', '.md', '.json'])

const checkReport = async (file: string): Promise<void> => {
  if (!kinds.has(extname(file).toLowerCase()))
    throw new UsageError(`Expected --report to end in .html, .md or .json, got ${file}`)
  await checkPlace(file)
}

const writeReport = async (
  file: string,
  asked: Given,
  done: readonly Done[],
  differences: readonly PairedDifference[],
): Promise<void> => {
  const reports = done.map(({ evaluation }) => evaluation.report)
  const kind = extname(file).toLowerCase()
  if (kind === '.json') {
    await replaceFile(
      file,
      `${JSON.stringify({ schema: 'cosface-report/1', reports, differences }, null, 2)}\n`,
    )
    return
  }
  if (kind === '.md') {
    await replaceFile(file, `${protocolMarkdown(reports, differences)}\n`)
    return
  }
  const [first] = done
  const { pairs, contract } = first ?? {}
  const { images } = asked
  // single pairs of one model have a page with the pictures of the hardest
  if (
    done.length === 1 &&
    pairs?.judgement.convention === 'cosface' &&
    contract !== undefined &&
    images !== undefined
  ) {
    const { writeEvaluationPage } = await import('../node/evaluate/evaluation-page.ts')
    const { templates, angles, judgement } = pairs
    if (pairs.pack === undefined && asked.groups === undefined && asked.nist !== true) {
      await writeEvaluationPage(
        { ...judgement.verification, templates, angles },
        {
          file,
          images,
          pairs: asked.pairs === undefined ? `random pairs of ${images}` : basename(asked.pairs),
          model: asked.model ?? '',
          contract,
          ...given({ overlap: first?.evaluation.report.record.overlap }),
        },
      )
      return
    }
  }
  const { protocolPage } = await import('../report/protocol-page.ts')
  await replaceFile(file, await protocolPage({ reports, differences }))
}

/** Judges, prints; writes the report where one is asked for. */
export async function evaluate(context: Context, asked: Given): Promise<ExitCode> {
  const { output } = context
  const { report: file, nist = false } = asked
  if (file !== undefined) await checkReport(file)
  const chosen = await chooseProtocol(asked.protocol, asked)
  checkOptionsFit(asked, chosen.protocol)
  const done: Done[] = []
  for (const subject of subjectsOf(asked)) done.push(await runOne(context, subject, asked, chosen))
  const evaluations: readonly ProtocolEvaluation[] = done.map(({ evaluation }) => evaluation)
  const differences = evaluations.length < 2 ? [] : compareEvaluations(evaluations, { seed: asked.seed ?? 1 })
  const texts = done.map(
    (one, i) => (done.length < 2 ? '' : `${evaluations[i]?.report.name}\n`) + textOf(one, nist),
  )
  if (chosen.because !== undefined) output.say(`protocol: ${chosen.protocol} (guessed: ${chosen.because})\n`)
  output.say(texts.join('\n\n'))
  for (const { sentence } of differences) output.say(sentence)
  if (file !== undefined) {
    await writeReport(file, asked, done, differences)
    output.say(`report  ${file}`)
  }
  const [only, ...others] = done
  output.result(
    only !== undefined && others.length === 0
      ? jsonOf(only, nist, chosen)
      : {
          schema: 'cosface-comparison/1',
          models: done.map((one, i) => ({ name: evaluations[i]?.report.name, ...jsonOf(one, nist, chosen) })),
          differences,
        },
  )
  return 0
}
