import {
  Alert,
  Button,
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  type MantineColorsTuple,
  Modal,
  Notification,
  Select,
  TextInput,
} from '@mantine/core';

const teal: MantineColorsTuple = [
  '#e3eff1',
  '#c9e0e4',
  '#9cc7ce',
  '#6cc4d4',
  '#3d909e',
  '#237c8b',
  '#1c7080',
  '#125b69',
  '#0e4a56',
  '#0a3943',
];

/** Mantine's own parts take their dark surfaces, lines and text from this row. */
const dark: MantineColorsTuple = [
  '#e6e9ee',
  '#c3cad4',
  '#a3adbb',
  '#8a94a3',
  '#3a424e',
  '#262c35',
  '#1d222a',
  '#181c22',
  '#14181d',
  '#101317',
];

export const theme = createTheme({
  fontFamily: "'Heebo Variable', Heebo, Arial, sans-serif",
  fontFamilyMonospace: "'Heebo Variable', Heebo, Arial, sans-serif",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.5', sm: '1.5', md: '1.5', lg: '1.5', xl: '1.5' },
  colors: { teal, dark },
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: '8px',
  respectReducedMotion: true,
  headings: { fontWeight: '650' },
  components: {
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'sm' } }),
    Select: Select.extend({ defaultProps: { size: 'sm', allowDeselect: false } }),
    Modal: Modal.extend({ defaultProps: { centered: true, transitionProps: { duration: 120 } } }),
    Drawer: Drawer.extend({ defaultProps: { transitionProps: { duration: 120 } } }),
    Notification: Notification.extend({ defaultProps: { withBorder: true } }),
    Alert: Alert.extend({ defaultProps: { radius: '8px' } }),
  },
});

/** The contrast figures of the design language, put where Mantine's own parts look for them. */
export const variables: CSSVariablesResolver = () => {
  const own = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--text)',
    '--mantine-color-dimmed': 'var(--muted)',
    '--mantine-color-placeholder': 'var(--muted)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-color': 'var(--text)',
    '--mantine-color-default-hover': 'var(--sunken)',
    '--mantine-color-default-border': 'var(--control)',
    '--mantine-color-error': 'var(--s1)',
    '--mantine-color-anchor': 'var(--accent-text)',
    '--mantine-primary-color-light-color': 'var(--accent-text)',
    '--mantine-color-teal-light-color': 'var(--accent-text)',
    '--mantine-color-teal-outline': 'var(--accent-text)',
    '--mantine-color-red-filled': '#b3261e',
    '--mantine-color-red-filled-hover': '#931d16',
    '--mantine-color-red-light': 'var(--s1-tint)',
    '--mantine-color-red-light-color': 'var(--s1)',
    '--mantine-color-red-outline': 'var(--s1)',
    '--mantine-color-disabled-color': 'var(--muted)',
  };
  return { variables: {}, light: own, dark: own };
};
