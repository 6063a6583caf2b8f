import { describe, expect, it } from 'vitest'
import { GroupCommit } from './group-commit.ts'

/** Answers every item with itself, and remembers what each call was given. */
const recorder = () => {
  const calls: (readonly unknown[])[] = []
  const send = async (items: readonly unknown[]) => {
    calls.push(items)
    return items
  }
  return { calls, send }
}

describe('GroupCommit', () => {
  it('sends what becomes ready in one turn together, and answers each with its own reply', async () => {
    const { calls, send } = recorder()
    const group = new GroupCommit()
    const replies = ['a', 'b', 'c'].map((name) => group.add('queue', name, send))
    expect(await Promise.all(replies)).toEqual(['a', 'b', 'c'])
    expect(calls).toEqual([['a', 'b', 'c']])
  })

  it('keeps apart what does not share its keys, and what comes later', async () => {
    const { calls, send } = recorder()
    const group = new GroupCommit()
    await Promise.all([group.add('one', 'a', send), group.add('other', 'b', send)])
    await group.add('one', 'c', send)
    expect(calls).toEqual([['a'], ['b'], ['c']])
  })

  it('never sends more at once than Redis may be held up for', async () => {
    const { calls, send } = recorder()
    const group = new GroupCommit()
    const all = Array.from({ length: 20 }, (_, n) => n)
    const replies = all.map((n) => group.add('queue', n, send))
    expect(calls, 'what is full does not wait for the end of the turn').toHaveLength(2)
    expect(await Promise.all(replies)).toEqual(all)
    expect(calls.map((items) => items.length)).toEqual([8, 8, 4])
  })

  it('fails those of a call that failed, and no others', async () => {
    const { send } = recorder()
    const group = new GroupCommit()
    const failing = () => Promise.reject(new Error('connection lost'))
    const settled = await Promise.allSettled([
      group.add('one', 'a', failing),
      group.add('one', 'b', failing),
      group.add('other', 'c', send),
    ])
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    expect(await group.add('one', 'd', send)).toBe('d')
  })
})
