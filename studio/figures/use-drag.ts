/** @file Dragging inside an SVG: pointer positions in the pixels that the drawing was made in. */
import { useRef } from 'preact/hooks'
import type { TargetedPointerEvent } from 'preact'
import type { Spot } from '../../src/plot/labels.ts'

/** What is put on the element that is dragged. */
export interface DragEvents {
  readonly onPointerDown: (event: TargetedPointerEvent<SVGElement>) => void
  readonly onPointerMove: (event: TargetedPointerEvent<SVGElement>) => void
  readonly onPointerUp: (event: TargetedPointerEvent<SVGElement>) => void
  readonly onPointerCancel: (event: TargetedPointerEvent<SVGElement>) => void
}

/** Where a pointer is in the drawing's own pixels. */
function spotOf(event: TargetedPointerEvent<SVGElement>): Spot {
  const svg = event.currentTarget.ownerSVGElement
  const matrix = svg?.getScreenCTM()?.inverse()
  if (matrix === undefined) return { x: 0, y: 0 }
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix)
  return { x, y }
}

/**
 * Calls `onDrag` with how far the pointer is from where it was put down, while it is down.
 * @param onStart what to remember when the pointer is put down
 * @param onPoint told where a pointer is that is not dragging, or is put down
 */
export function useDrag<T>(
  onStart: () => T,
  onDrag: (moved: Spot, start: T) => void,
  onPoint?: (spot: Spot) => void,
): { readonly events: DragEvents } {
  const held = useRef<{ readonly spot: Spot; readonly start: T } | undefined>(undefined)
  const release = (): void => {
    held.current = undefined
  }
  return {
    events: {
      onPointerDown: (event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        event.currentTarget.focus()
        const spot = spotOf(event)
        held.current = { spot, start: onStart() }
        onPoint?.(spot)
        // else the browser would begin to select text
        event.preventDefault()
      },
      onPointerMove: (event) => {
        const { x, y } = spotOf(event)
        if (held.current === undefined) onPoint?.({ x, y })
        else onDrag({ x: x - held.current.spot.x, y: y - held.current.spot.y }, held.current.start)
      },
      onPointerUp: release,
      onPointerCancel: release,
    },
  }
}
