import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// assetsInlineLimit 0: the server's content security policy allows no data: addresses.
export default defineConfig({
  plugins: [react()],
  build: { outDir: 'dist', assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': 'http://127.0.0.1:8080', '/a': 'http://127.0.0.1:8080' },
  },
  test: { environment: 'jsdom', setupFiles: ['src/testing/setup.ts'], css: false },
});
