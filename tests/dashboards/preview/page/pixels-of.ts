/** The pixels of a PNG, which the browser can read; both as base64. */
export const pixelsOf = async (png: string): Promise<string> => {
  const image = new Image()
  image.src = `data:image/png;base64,${png}`
  await image.decode()
  const pen = new OffscreenCanvas(image.width, image.height).getContext('2d')
  if (!pen) throw new Error('no canvas')
  pen.drawImage(image, 0, 0)
  const { data } = pen.getImageData(0, 0, image.width, image.height)
  const reader = new FileReader()
  await new Promise((resolve) => {
    reader.onload = resolve
    reader.readAsDataURL(new Blob([data]))
  })
  return String(reader.result).split(',')[1] ?? ''
}
