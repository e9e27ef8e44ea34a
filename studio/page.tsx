/** @file The page: the argument in sections, each beside its figure. */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type LabState, type ParsedState, queryOf, stateOf } from './state.ts'
import { Toy } from './toy/toy.tsx'

/** The whole lab. */
export function Page(): JSX.Element {
  const [{ state, complaints }, onChange] = useAddress()
  return (
    <main>
      <h1>CosFace by hand</h1>
      {complaints.length === 0 ? null : (
        <div class="complaints" role="alert">
          {complaints.map((complaint) => (
            <p key={complaint}>{complaint}</p>
          ))}
        </div>
      )}
      <section id="experiment">
        <h2>Watch it learn</h2>
        <Toy state={state} onChange={onChange} />
      </section>
    </main>
  )
}

/** The settings, kept in the address so that they can be sent to somebody. */
function useAddress(): readonly [ParsedState, (change: Partial<LabState>) => void] {
  const [parsed, setParsed] = useState(() => stateOf(location.search))
  useEffect(() => {
    const query = queryOf(parsed.state)
    const address = `${location.pathname}${query === '' ? '' : `?${query}`}${location.hash}`
    if (address !== `${location.pathname}${location.search}${location.hash}`)
      history.replaceState(null, '', address)
  }, [parsed.state])
  const onChange = (change: Partial<LabState>): void =>
    setParsed(({ state, complaints }) => ({ complaints, state: { ...state, ...change } }))
  return [parsed, onChange]
}
