/** An RFC 9457 problem, or a failed connection (status 0, code "offline"). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  readonly fields: { location: string; message: string; code?: string }[];
  readonly details: Record<string, unknown>;

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.detail || body.title || '');
    this.name = 'Problem';
    this.status = status;
    this.code = body.code || (status === 0 ? 'offline' : `http_${status}`);
    this.requestId = body.request_id ?? '';
    this.fields = body.errors ?? [];
    this.details = body.details ?? {};
  }
}

export interface ProblemBody {
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors: { location: string; message: string; code?: string }[];
  details: Record<string, unknown>;
}

export function isProblem(error: unknown, code?: string): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}
