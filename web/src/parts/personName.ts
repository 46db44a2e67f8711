import type { PersonRef } from '../api/types/basics';

/** A person is told by name alone or with an id; nobody is an empty name. */
export function personName(person: PersonRef | string | null | undefined): string {
  if (!person) return '';
  return typeof person === 'string' ? person : person.name;
}
