/** @file The page's settings, kept in its address so that they can be sent to somebody. */
import { useEffect, useState } from 'preact/hooks'
import { type LabState, type ParsedState, queryOf, stateOf } from './state.ts'

/** The settings as they stand, and what changes them. */
export function useAddress(): readonly [ParsedState, (change: Partial<LabState>) => void] {
  const [parsed, setParsed] = useState(() => stateOf(location.search))
  useEffect(() => {
    const query = queryOf(parsed.state)
    const address = `${location.pathname}${query === '' ? '' : `?${query}`}${location.hash}`
    if (address === `${location.pathname}${location.search}${location.hash}`) return
    // browsers refuse too many changes of the address in a row, as a moving slider makes them
    const timer = setTimeout(() => history.replaceState(null, '', address), 150)
    return () => clearTimeout(timer)
  }, [parsed.state])
  const onChange = (change: Partial<LabState>): void =>
    setParsed(({ state, complaints }) => ({ complaints, state: { ...state, ...change } }))
  return [parsed, onChange]
}
