import { Textarea, type TextareaProps, TextInput, type TextInputProps } from '@mantine/core';

type Dir = 'auto' | 'ltr' | 'rtl';

/**
 * Mantine puts dir on the frame around a field; here it goes on the field
 * itself. An empty field keeps the page's direction, so that the caret waits
 * on the side where people look.
 */
function direction(dir: string | undefined, value: unknown) {
  if (!dir || (dir === 'auto' && !value)) return undefined;
  return { input: { dir: dir as Dir } };
}

export function TextField({
  dir,
  ...props
}: TextInputProps & { [data: `data-${string}`]: string | boolean | undefined }) {
  return <TextInput {...props} attributes={direction(dir, props.value)} />;
}

export function TextBox({
  dir,
  ...props
}: TextareaProps & { [data: `data-${string}`]: string | boolean | undefined }) {
  return <Textarea {...props} attributes={direction(dir, props.value)} />;
}
