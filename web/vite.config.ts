import react from '@vitejs/plugin-react';
import { loadEnv } from 'vite';
import { defineConfig } from 'vitest/config';

// assetsInlineLimit 0: the server's content security policy allows no data: addresses.
export default defineConfig(({ mode }) => {
  const server = `http://${loadEnv(mode, '.', 'MIGDALOR_').MIGDALOR_ADDR ?? '127.0.0.1:8080'}`;
  return {
    plugins: [react()],
    build: { outDir: 'dist', assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
    server: {
      host: '127.0.0.1',
      proxy: { '^/(api|a|audit)/': { target: server, changeOrigin: true } },
    },
    test: { environment: 'jsdom', setupFiles: ['src/testing/setup.ts'], css: false },
  };
});
