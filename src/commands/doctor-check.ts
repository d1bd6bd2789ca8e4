/** One line of `doctor`: what was looked at, how it is, and what to do. */
export interface Check {
  name: string
  state: 'right' | 'wrong' | 'not checked'
  message: string
  hint: string
}

export const right = (name: string, message: string): Check => ({ name, state: 'right', message, hint: '' })
export const wrong = (name: string, message: string, hint: string): Check => ({ name, state: 'wrong', message, hint })
export const notChecked = (name: string, message: string, hint: string): Check => ({
  name,
  state: 'not checked',
  message,
  hint,
})
