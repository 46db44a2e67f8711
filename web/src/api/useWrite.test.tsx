import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { FormDialog } from '../parts/FormDialog';
import { draw } from '../testing/draw';
import { Problem } from './problem';
import { useWrite } from './useWrite';

function Sender({ run }: { run: (text: string, key: string) => Promise<unknown> }) {
  const write = useWrite(run);
  return (
    <FormDialog
      opened
      onClose={() => {}}
      title="t"
      action="send"
      pending={write.pending}
      error={write.error}
      onSubmit={() => write.send('words')}
    >
      <input aria-label="text" defaultValue="typed" />
    </FormDialog>
  );
}

async function press() {
  await userEvent.click(screen.getByRole('button', { name: 'send' }));
}

describe('a write', () => {
  it('carries the same key again when its outcome is unknown', async () => {
    const keys: string[] = [];
    const run = vi.fn(async (_: string, key: string) => {
      keys.push(key);
      if (keys.length === 1) throw new Problem(0, {});
    });
    draw(<Sender run={run} />);
    await press();
    await screen.findByRole('alert');
    await press();
    await waitFor(() => expect(keys).toHaveLength(2));
    expect(keys[1]).toBe(keys[0]);
    await waitFor(() => expect(screen.queryByRole('alert')).not.toBeInTheDocument());
    await press();
    await waitFor(() => expect(keys).toHaveLength(3));
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('takes a new key after a refusal', async () => {
    const keys: string[] = [];
    draw(
      <Sender
        run={async (_, key) => {
          keys.push(key);
          throw new Problem(422, { code: 'reason_short' });
        }}
      />,
    );
    await press();
    await screen.findByRole('alert');
    await press();
    await waitFor(() => expect(keys).toHaveLength(2));
    expect(keys[1]).not.toBe(keys[0]);
  });

  it('shows a known code in the person’s language, an unknown one as the server says, and keeps what was typed', async () => {
    let code = 'stage_moved';
    draw(
      <Sender
        run={async () => {
          throw new Problem(409, { code, detail: 'The server’s own sentence.' });
        }}
      />,
    );
    await press();
    expect(await screen.findByRole('alert')).toHaveTextContent('מישהו אחר היה מהיר יותר');
    code = 'never_heard_of';
    await press();
    await waitFor(() => expect(screen.getByRole('alert')).toHaveTextContent('The server’s own sentence.'));
    expect(screen.getByLabelText('text')).toHaveValue('typed');
  });
});
