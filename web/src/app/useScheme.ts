import { useMantineColorScheme } from '@mantine/core';

/** Light, dark or as the system has it. */
export function useScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return { current: colorScheme, choose: setColorScheme };
}
