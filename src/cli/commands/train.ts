/** @file `cosface train`: from folders of faces to a run folder. */
import { availableParallelism } from 'node:os'
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { flagOf, flagOption, type OptionSpecs, textOption } from '../../base/option.ts'
import type { LockedFolder } from '../../node/files/locked-folder.ts'
import type { RunEvent, TrainRunOptions } from '../../node/run/train-run.ts'
import type { OpenSession } from '../../runtime/session.ts'
import { configure } from '../../train/configure.ts'
import { trainOptions } from '../../train/options.ts'
import type { TrainSettings } from '../../train/settings.ts'
import { type Command, command, type ExitCode } from '../command.ts'
import { readJson } from '../config-file.ts'
import { jsonOption } from '../options.ts'
import type { Output } from '../output.ts'
import { alignedOnTheWay, onTheWayOptions, type OnTheWayOptions } from '../align.ts'
import { type StartOptions, startOptions } from '../start-options.ts'

interface RunOptions {
  readonly out: string
  readonly init: string
  readonly tune: boolean
  readonly tensorboard: boolean
  readonly showPlan: boolean
  readonly json: boolean
}

const runOptions: OptionSpecs<RunOptions> = {
  init: textOption({
    group: 'Start from',
    value: 'run|model|weights',
    meaning:
      'fine-tune: begin with the network of a run, of a model of ours (.onnx) or of others’ weights (.pth, .ckpt, .safetensors), which also says backbone, input and embedding size; the classes are learnt anew',
    default: 'drawn from the seed',
  }),
  out: textOption({
    group: 'Output',
    value: 'folder',
    meaning: 'the run folder',
    default: 'runs/1, runs/2, …',
  }),
  tune: flagOption({
    group: 'Run',
    meaning:
      'measure the formulations of each operation first; one displaces the usual only when at least 10 % faster',
  }),
  showPlan: flagOption({
    group: 'Run',
    meaning: 'print which formulation each operation takes; the run folder keeps it as plan.txt',
  }),
  tensorboard: flagOption({
    group: 'Output',
    meaning:
      'also write the series as TensorBoard event files, into the run folder’s tensorboard/; --resume goes on with them',
  }),
  json: jsonOption,
}

export const trainCommand: Command = command<TrainSettings & StartOptions & RunOptions & OnTheWayOptions>({
  name: 'train',
  group: 'Train',
  summary: 'train a recogniser on folders of aligned faces, one subfolder a person',
  detail:
    'Splits the people (never a person’s images) into training, validation and test, trains, keeps the checkpoint that is best on the validation people, and reports once on the test people.\nThe run folder holds checkpoints, the log, report.html and the configuration. Ctrl-C finishes the step in hand, saves and ends with exit code 1; once more ends at once, with what was saved before. --resume goes on.',
  arguments: [
    {
      name: 'folder',
      meaning:
        'folder with one subfolder a person, or with train.rec, train.idx and property (RecordIO, read in place); or a list of images with labels (.txt, .lst)',
      many: true,
    },
  ],
  options: { ...startOptions, ...onTheWayOptions, ...trainOptions, ...runOptions },
  examples: [
    'cosface train faces/',
    'cosface train faces/ more-faces/ --preset quick --out runs/first',
    'cosface train faces/ --backbone sphere10 --scale 32 --margin 0.35 --epochs 20',
    'cosface train faces_webface_112x112/ --watch lfw.bin',
    'cosface train photos/ --align faces/',
    'cosface train --resume runs/first',
  ],
  stopping: 'Finishing the step in hand',
  run: async (context, folders, options) => {
    const {
      preset,
      config: file,
      out,
      resume,
      init,
      tune = false,
      showPlan = false,
      tensorboard = false,
      json: _json,
      align,
      detector,
      ...settings
    } = options
    const { startRun, resumeRun } = await import('../../node/run/train-run.ts')
    const { checkDevice, openSession } = await import('../../node/session/open-session.ts')
    const { conclude, follow } = await import('../training.ts')
    const { signal, output } = context
    const { checkNewRun, checkRunFolder } = await import('../../node/run/run-folder.ts')
    const { lockFolder, lockNextFolder } = await import('../../node/files/locked-folder.ts')
    const carryOut = async (events: AsyncIterable<RunEvent>, folder: LockedFolder): Promise<ExitCode> => {
      const planned = showPlan ? showingPlan(events, output) : events
      const { hasTensorboard, withTensorboard } = await import('../../node/run/tensorboard-log.ts')
      // a run that has written event files goes on with them
      if (!tensorboard && (resume === undefined || !hasTensorboard(folder.path)))
        return conclude(context, folder.path, await follow(context, planned))
      return conclude(context, folder.path, await follow(context, withTensorboard(planned, folder)))
    }
    const session: OpenSession = (spec) => openSession(spec, { notice: output.warn })
    if (resume !== undefined) {
      refuseBesideResume(folders, {
        ...settings,
        align,
        detector,
        preset,
        config: file,
        init,
        out,
        tune: tune || undefined,
      })
      await checkRunFolder(resume)
      await using folder = await lockFolder(resume)
      return await carryOut(resumeRun({ out: folder, openSession: session, signal }), folder)
    }
    if (folders.length === 0) {
      throw new UsageError(
        'Expected at least one folder of faces, or --resume with a run folder, got neither',
      )
    }
    if (align !== undefined && folders.length > 1)
      throw new UsageError(
        `--align takes one folder of photographs, got ${folders.length}; align each with cosface align and train on the crops`,
      )
    const crops = await alignedOnTheWay(
      context,
      folders[0] ?? '',
      given({ align, detector, device: settings.device }),
    )
    if (crops === undefined) return 1
    const initial = init === undefined ? undefined : await beginWith(init, settings)
    const config = configure(
      { ...settings, ...initial?.fixed },
      {
        folders: align === undefined ? folders : [crops],
        threads: availableParallelism(),
        ...(preset === undefined ? {} : { preset }),
        ...(file === undefined ? {} : { file: await readJson(file) }),
      },
    )
    const { unusedLossOptions } = await import('../unused-loss-options.ts')
    for (const sentence of unusedLossOptions(config.loss, settings)) output.warn(`Warning: ${sentence}`)
    await checkDevice(config.device)
    if (out !== undefined) await checkNewRun(out)
    await using folder = await (out === undefined ? lockNextFolder('runs') : lockFolder(out))
    return await carryOut(
      startRun(config, {
        out: folder,
        openSession: session,
        signal,
        tune,
        ...(initial === undefined ? {} : { initial: initial.parameters }),
      }),
      folder,
    )
  },
})

/** First weights, and what they say about the network. @throws UsageError where an option contradicts them */
async function beginWith(
  init: string,
  settings: Partial<TrainSettings>,
): Promise<{
  readonly parameters: NonNullable<TrainRunOptions['initial']>
  readonly fixed: Pick<TrainSettings, 'backbone' | 'size' | 'embeddingSize'>
}> {
  const { readInitialWeights } = await import('../../node/run/initial-weights.ts')
  const { backbone, size, embeddingSize, parameters } = await readInitialWeights(init)
  const fixed = { backbone, size, embeddingSize }
  for (const key of ['backbone', 'size', 'embeddingSize'] as const) {
    const wanted = settings[key]
    if (wanted !== undefined && inWords(wanted) !== inWords(fixed[key]))
      throw new UsageError(
        `${init} has the ${flagOf(key).slice(2)} ${inWords(fixed[key])}; leave ${flagOf(key)} ${inWords(wanted)} out`,
      )
  }
  return { parameters, fixed }
}

const inWords = (value: string | number | TrainSettings['size']): string =>
  typeof value === 'object' ? `${value.height}x${value.width}` : String(value)

/** The same events; the plan is printed where training starts. */
async function* showingPlan(events: AsyncIterable<RunEvent>, output: Output): AsyncGenerator<RunEvent> {
  const { printPlan } = await import('../../onnx/choose.ts')
  for await (const event of events) {
    if (event.kind === 'start') output.progress(printPlan(event.plan))
    yield event
  }
}

function refuseBesideResume(folders: readonly string[], options: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(options).filter((key) => options[key] !== undefined)
  const extra = [...folders, ...names.map(flagOf)]
  if (extra.length === 0) return
  throw new UsageError(`--resume goes on with the run as it was configured; leave out ${extra.join(', ')}`)
}
