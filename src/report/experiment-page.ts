/** @file The page of an experiment: the table, what it rests on, the figures. */
import type { ExperimentContents } from './experiment-contents.ts'
import type { ExperimentFigure } from './experiment-figures.ts'
import { experimentNotes, experimentTable } from './experiment-text.ts'
import { html, type Html } from './html.ts'
import { figure, renderPage, sentences, table } from './page.ts'

const drawnNotice: Html = html`<p>
  <strong>Drawn faces.</strong> They show that the machinery works; they say nothing about photographs of
  people.
</p>`

/** One self-contained HTML file. */
export function experimentPage(contents: ExperimentContents, figures: readonly ExperimentFigure[]): string {
  const { columns, rows } = experimentTable(contents)
  const done = contents.rows.reduce((sum, row) => sum + row.done, 0)
  const planned = contents.rows.reduce((sum, row) => sum + row.planned, 0)
  const [judged = '', ...notes] = experimentNotes(contents)
  const troubles = contents.rows.filter((row) => row.troubles.length > 0)
  return renderPage({
    title: contents.title,
    eyebrow: 'Experiment',
    summary: `${judged}${done < planned ? ` ${done} of ${planned} trainings are done.` : ''}`,
    notices: [
      ...(contents.images === 'drawn faces' ? [drawnNotice] : []),
      ...(troubles.length === 0
        ? []
        : [
            html`<p>
              Not everything converged: ${troubles.map(({ name }) => name).join(', ')}. They stay in the
              table, and the notes under it say why.
            </p>`,
          ]),
    ],
    sections: [
      {
        id: 'table',
        title: 'Result',
        body: html`${table(
          contents.title,
          columns.map(({ title, align }) => ({ title, number: align === 'right' })),
          rows,
        )}
        ${sentences(notes)}`,
      },
      {
        id: 'figures',
        title: 'Figures',
        body: html`<div class="figures">
          ${figures.map(({ svg, title, reading }) => figure(svg, title, reading))}
        </div>`,
      },
      {
        id: 'settings',
        title: 'Settings',
        body: table(
          'What all trainings share',
          [{ title: 'setting' }, { title: 'value' }],
          contents.settings,
        ),
      },
    ],
    footer:
      'Made by cosface. The folder holds plan.json, a run folder for each training, results.csv and the figures.',
  })
}
