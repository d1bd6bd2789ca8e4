import type { Tracer } from './late.ts'
import type { View } from './view.ts'

/**
 * A view of which one rendering serves every variant with this lead: its inbox lines, counts, sections and topics are
 * late. The rest (the lead and the entries themselves, phrases, theme) is the same in all of them.
 */
export function lateView(view: View, tracer: Tracer, leadTopic: string): object {
  const ids = view.sections.map((section) => section.topic.id)
  return {
    ...view,
    subject: tracer.late((present) => present.subject),
    preheader: tracer.late((present) => present.preheader),
    counts: { stories: tracer.late((present) => present.stories), minutes: tracer.late((present) => present.minutes) },
    sections: tracer.list(
      view.sections.map((section) => ({
        ...section,
        // The lead's heading names the topic right above only where no other section comes in between.
        continued: section.topic.id === leadTopic && tracer.late((present) => present.sections[0] === leadTopic),
      })),
      ids,
      (present) => present.sections,
    ),
    topics: tracer.list(
      view.topics,
      view.topics.map((topic) => topic.id),
      (present) => [...present.topics],
    ),
  }
}
