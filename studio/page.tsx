/** @file The page: the argument in sections, each beside the figure that shows it. */
import type { ComponentChildren, JSX } from 'preact'
import { Later } from './later.tsx'
import { MarginBound, ScaleBound } from './figures/bounds.tsx'
import { CompactRegions } from './figures/compact-regions.tsx'
import { DecisionBands } from './figures/decision-bands.tsx'
import { WeightLength } from './figures/weight-length.tsx'
import './page.css'
import { fields, initialState, type LabState, queryOf } from './state.ts'
import { LearnedNoise } from './toy/learned-noise.tsx'
import { Toy } from './toy/toy.tsx'
import { useExperiment } from './toy/use-experiment.ts'
import { useAddress } from './use-address.ts'

const paper = 'https://arxiv.org/abs/1801.09414'

/** What the words beside a link say holds for these settings, whatever a reader has turned since. */
const { left, right, scale, margin, classes, dimensions, posterior, embeddingSize } = initialState
const usual: Partial<LabState> = { left, right, scale, margin, classes, dimensions, posterior, embeddingSize }

const contents: readonly (readonly [string, string])[] = [
  ['softmax', 'Softmax'],
  ['margin', 'The margin'],
  ['circle', 'On the circle'],
  ['experiment', 'Watch it learn'],
  ['robustness', 'Noise'],
  ['scale', 'How large s'],
  ['bound', 'How large m'],
]

/** The whole lab. */
export function Page(): JSX.Element {
  const [{ state, complaints }, onChange] = useAddress()
  const experiment = useExperiment(state)
  const show = (change: Partial<LabState>): void => {
    onChange(change)
    document.getElementById('experiment')?.scrollIntoView()
  }
  return (
    <>
      <header>
        <h1>CosFace, by hand</h1>
        <p class="lead">
          Face recognition compares directions: a network turns a picture into a vector, its embedding, and
          two pictures show one person when the angle between their embeddings is small.{' '}
          <a href={paper}>CosFace</a> (Wang et al., CVPR 2018) is about the loss that teaches a network to
          gather each person around a direction of their own, with room between people. Here every step of the
          argument can be moved by hand, and a small network learns in front of you, in this browser tab.
        </p>
        {complaints.length === 0 ? null : (
          <div class="complaints" role="alert">
            {complaints.map((complaint) => (
              <p key={complaint}>{complaint}</p>
            ))}
          </div>
        )}
      </header>
      <nav class="contents" aria-label="Contents">
        <ul>
          {contents.map(([id, name]) => (
            <li key={id}>
              <a href={`#${id}`}>{name}</a>
            </li>
          ))}
        </ul>
      </nav>
      <main>
        <Claim id="softmax" title="Softmax lets length decide">
          <>
            <p>
              A network in training ends in a classifier: it gives a picture with the embedding x to the
              person whose weight vector W has the largest product with x. That product is ‖W‖ ‖x‖ cos θ, and
              the line between two people lies where
            </p>
            <span class="formula">‖W₁‖ cos θ₁ = ‖W₂‖ cos θ₂</span>
            <p>
              Pull at the end of W₁: <a href="#weight-length">softmax’s line moves</a>, although no direction
              has changed. Later, faces are compared by angle alone, and what was learnt in lengths is lost.
            </p>
            <p>
              <em>Normalised softmax</em> (NSL, Eq 3) gives every weight the length 1 and every embedding the
              length s. Its line is the bisector, wherever you pull.
            </p>
          </>
          <WeightLength length={state.length} onLength={(length) => onChange({ length })} />
        </Claim>
        <Claim id="margin" title="The right line is not enough: a margin">
          <>
            <p>
              NSL’s line is right and has no width. A picture that barely comes to lie on its own side is
              decided rightly, and the next one of the same person falls on the other side. The large margin
              cosine loss (LMCL, Eq 4) asks the own cosine to win although m has been taken from it:
            </p>
            <span class="formula">cos θ₁ − m ≥ cos θ₂</span>
            <p>
              In <a href="#boundaries">the paper’s Fig 2</a> the hatched band is what belongs to neither
              person; under softmax it is what lengths can give to either. LMCL’s band is equally wide
              everywhere in cosine. A-Softmax multiplies the angle instead, so its band closes as the angles
              do, just where people who look alike need it. Move the point and see whose it is under each
              loss.
            </p>
          </>
          <DecisionBands state={state} onChange={onChange} />
        </Claim>
        <Claim id="circle" title="On the circle, classes become compact">
          <>
            <p>
              Once lengths are gone, embeddings are directions. Under NSL a picture may point anywhere on its
              side of the bisector. Under LMCL it must come nearer to its own weight, so each person keeps to{' '}
              <a href="#geometry">a narrower arc</a> with a gap between (Fig 3).
            </p>
            <p>Turn W₁, W₂ and x. The numbers are what the loss compares.</p>
          </>
          <CompactRegions state={state} onChange={onChange} />
        </Claim>
        <section id="experiment" class="claim" aria-labelledby="experiment-title">
          <h2 id="experiment-title">Watch it learn</h2>
          <p>
            The paper’s toy experiment (Fig 4): a small convolutional network learns {state.classes} drawn
            people with features of {state.dimensions} numbers, so that nothing is hidden. Both sides see the
            same pictures in the same order from the same first weights; only the loss differs. Press play.
            Try{' '}
            <Setting state={state} change={{ ...usual, left: 'softmax', right: 'nsl' }} onShow={show}>
              softmax beside NSL
            </Setting>
            ,{' '}
            <Setting state={state} change={usual} onShow={show}>
              NSL beside LMCL
            </Setting>
            , or{' '}
            <Setting state={state} change={{ ...usual, margin: 0.6 }} onShow={show}>
              a margin too large
            </Setting>
            , and move s, m and the learning rate while it runs. The address holds every setting: send it to
            somebody.
          </p>
          <Toy state={state} experiment={experiment} onChange={onChange} />
        </section>
        <Claim id="robustness" title="What the margin is for">
          <>
            <p>
              A new picture is an old one with noise. Turn every feature a little and count the decisions that
              change: after NSL many features lie close to a line, after LMCL{' '}
              <a href="#noise">fewer decisions flip</a> as long as the noise is small beside the gap between
              people. Noise as large as the gap flips about as many under either.
            </p>
          </>
          <LearnedNoise state={state} experiment={experiment} onChange={onChange} />
        </Claim>
        <Claim id="scale" title="How large must s be?">
          <>
            <p>
              Cosines lie between −1 and 1. If s is small, even a perfect embedding cannot make its own person
              probable, and the loss never gets small. For the centres of C classes to reach a posterior P, s
              must be <a href="#scale-bound">at least</a> (Eq 6)
            </p>
            <span class="formula">s ≥ (C−1)/C · ln((C−1)·P / (1−P))</span>
            <p>
              The mark is the setting of the experiment.{' '}
              <Setting state={state} change={{ ...usual, scale: 2 }} onShow={show}>
                Train with s = 2
              </Setting>{' '}
              and see what happens.
            </p>
          </>
          <ScaleBound
            state={state}
            onChange={(change) => onChange(inBounds(change))}
            mostClasses={16}
            largestScale={64}
          />
        </Claim>
        <Claim id="bound" title="How large may m be?">
          <>
            <p>
              Directions can only get so far from each other. In the plane C of them are at best 2π/C apart,
              and m may be <a href="#margin-bound">at most</a> (Eq 7)
            </p>
            <span class="formula">m ≤ 1 − cos(2π/C)</span>
            <p>
              With more dimensions there is more room: C/(C−1) for up to D + 1 people. Beyond the bound no
              arrangement satisfies the loss, and{' '}
              <Setting state={state} change={{ ...usual, margin: 0.6 }} onShow={show}>
                features collapse or will not settle
              </Setting>
              .
            </p>
          </>
          <MarginBound state={state} onChange={(change) => onChange(inBounds(change))} mostClasses={16} />
        </Claim>
      </main>
      <footer>
        <p>
          Everything is computed in this tab with the library’s own code: the losses are its graphs, run by
          ONNX Runtime on WebAssembly, and the decision regions are read off them. The people are drawn (with
          facesjs) and nobody’s. Numbering of equations and figures as in <a href={paper}>the paper</a>.
          Figures without a browser: <code>cosface toy</code>; s and m for your own data:{' '}
          <code>cosface advise</code>. <a href="./licences.txt">Licences of what the page is made of</a>.
        </p>
      </footer>
    </>
  )
}

interface ClaimProps {
  readonly id: string
  readonly title: string
  /** The words, then the figure. */
  readonly children: readonly [ComponentChildren, ComponentChildren]
}

/** A claim beside the figure that shows it. */
function Claim({ id, title, children: [words, figure] }: ClaimProps): JSX.Element {
  return (
    <section id={id} class="claim beside" aria-labelledby={`${id}-title`}>
      <div>
        <h2 id={`${id}-title`}>{title}</h2>
        {words}
      </div>
      <div>
        <Later>{figure}</Later>
      </div>
    </section>
  )
}

interface SettingProps {
  readonly state: LabState
  readonly change: Partial<LabState>
  readonly onShow: (change: Partial<LabState>) => void
  readonly children: ComponentChildren
}

/** A link to the experiment with something set. */
function Setting({ state, change, onShow, children }: SettingProps): JSX.Element {
  return (
    <a
      href={`?${queryOf({ ...state, ...change })}#experiment`}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        onShow(change)
      }}
    >
      {children}
    </a>
  )
}

/** C of the figures stays one that the experiment can have. */
const inBounds = (change: Partial<LabState>): Partial<LabState> => {
  const { form } = fields.classes
  const most = form.kind === 'number' ? form.max : Infinity
  return change.classes === undefined ? change : { ...change, classes: Math.min(most, change.classes) }
}
