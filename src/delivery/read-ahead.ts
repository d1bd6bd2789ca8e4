/**
 * The same things in the same order, `most` of them asked for before anybody wants them: what makes them and what uses
 * them go on at the same time. Whatever the source throws comes in its place.
 */
export async function* readAhead<Thing>(source: AsyncIterator<Thing>, most: number): AsyncGenerator<Thing> {
  const asked: Promise<IteratorResult<Thing>>[] = []
  const ask = (): void => {
    const next = source.next()
    // It is thrown where it is waited for; by then it may have happened long ago.
    next.catch(() => {})
    asked.push(next)
  }
  while (asked.length < most) ask()
  for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
    const { done, value } = await next
    if (done === true) return
    ask()
    yield value
  }
}
