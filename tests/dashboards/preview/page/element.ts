/** One HTML element with a class and what is in it. */
export const element = (className: string, ...children: (Node | string)[]): HTMLElement => {
  const made = document.createElement('div')
  made.className = className
  made.append(...children)
  return made
}
