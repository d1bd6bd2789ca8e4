/** The words of the public pages and of the mails they send. {0} is the publication's name unless it is said otherwise. */
export const english = {
  /** Above every title. */
  subscription: 'Your subscription',
  // The way out
  leaveTitle: 'Unsubscribe from {0}',
  /** {1} is an address, masked. */
  leaveText: 'One press, and no further copies go to {1}. Nothing has changed yet.',
  leaveTextPlain: 'One press, and no further copies are sent. Nothing has changed yet.',
  leaveButton: 'Unsubscribe',
  leaveTopics: 'Or only one topic',
  /** {0} is a topic. */
  leaveTopic: 'No more {0}',
  ratherChange: 'Or change topics, time or language, or pause for a while',
  leftTitle: 'You are unsubscribed',
  leftText: 'No further copies of {0} will be sent to you. One that is already on its way may still arrive.',
  leftBack: 'A mistake? Keep my subscription',
  topicLeftTitle: 'No more {0}',
  topicLeftText: 'From now on your copies come without this topic.',
  backTitle: 'Welcome back',
  backText: 'Your subscription to {0} goes on as before.',
  toPreferences: 'Change what you get',
  // Preferences
  preferencesTitle: 'Your copy of {0}',
  /** {0} is an address, masked. */
  preferencesFor: 'For {0}. The address is shown in part only, since mails are passed on.',
  unsubscribedNow: 'You are unsubscribed. Nothing is sent until you subscribe again.',
  subscribeAgain: 'Subscribe again',
  topics: 'Topics',
  topicsHint: 'You get the ones that are ticked.',
  delivery: 'Delivery',
  deliverAt: 'Time',
  /** {0} is a time. */
  usualTime: 'As usual, {0}',
  timezone: 'Time zone',
  /** {0} is a zone. */
  usualZone: 'As usual, {0}',
  language: 'Language',
  /** {0} is a language. */
  usualLanguage: 'As usual, {0}',
  pause: 'Pause',
  pauseUntil: 'No copies before',
  pauseHint: 'Leave it empty to get every edition.',
  save: 'Save',
  savedTitle: 'Saved',
  savedText: 'It counts from the next edition.',
  /** Nothing was saved because no topic was left. */
  oneTopic: 'Tick one topic at least, or unsubscribe below. Nothing was saved.',
  badDate: 'That is not a day within the coming year. Nothing was saved.',
  badChoice: 'Something in the form was not to choose from. Nothing was saved.',
  leaveAll: 'Leave',
  ownData: 'Your data',
  ownDataText:
    'Get a copy of what is kept about you, or have it deleted. For that a link goes to your address, and only there.',
  ownDataButton: 'Send me the link',
  ownDataSent: 'The link is on its way to your address. It works for one day.',
  // Data
  ownDataTitle: 'What is kept about you',
  ownDataFor: 'This is about {0}.',
  download: 'Download it',
  deleteTitle: 'Delete it',
  deleteText:
    'Your subscription ends, and your address, choices and proofs of consent are deleted for good. A scrambled mark stays, so that you are not written to again by mistake.',
  deleteButton: 'Delete everything',
  deletedTitle: 'Deleted',
  deletedText: 'What {0} kept about you is gone. A copy that is already on its way may still arrive.',
  // Sign-up
  signUpTitle: 'Get {0}',
  signUpText: 'A mail comes first, in which you confirm. You can leave with one click at any time.',
  email: 'Email address',
  name: 'Name',
  optional: 'if you like',
  /** What one agrees to; kept as the proof. */
  consent: 'I want to get {0} by email.',
  signUpButton: 'Subscribe',
  badEmail: 'That is not an address mail can go to.',
  almostTitle: 'Almost there',
  /** {1} is the address, as typed. */
  almostText: 'One more press, and a mail that asks for confirmation goes to {1}.',
  almostButton: 'Send me the mail',
  askedTitle: 'Look into your mailbox',
  askedText:
    'If everything is right with the address, a mail with a link is on its way. {0} comes once you have pressed the button behind it.',
  askedHint: 'Nothing there after some minutes? Look among the spam, or try again tomorrow.',
  tooManyTitle: 'That was a lot at once',
  tooManyText: 'Please try again in an hour.',
  leaveEmpty: 'Leave this empty',
  confirmTitle: 'Confirm your subscription',
  confirmText: 'One press, and {0} comes to {1}.',
  confirmButton: 'Confirm',
  confirmedTitle: 'You are subscribed',
  confirmedText: 'The next edition of {0} comes to you.',
  expiredTitle: 'This link has ended',
  expiredText: 'It was confirmed before, is too old, or there is a newer one. Subscribe again to get another.',
  // Trouble
  brokenTitle: 'This link does not work',
  brokenText:
    'It was cut short on its way, or belongs to somebody who is no subscriber any more. Use the link at the foot of the latest copy.',
  proofTitle: 'This is a proof',
  proofText: 'The link came with a copy made for editors. In a subscriber’s copy it leads to the page to unsubscribe.',
  missingTitle: 'There is nothing here',
  missingText: 'The address may have been mistyped.',
  troubleTitle: 'Something went wrong',
  troubleText: 'It is our fault. Nothing was changed; please try again in a minute.',
  // Mails
  confirmSubject: 'Please confirm: {0}',
  confirmIntro: 'Somebody, we hope you, asked for {0} to come to this address.',
  confirmIgnore: 'If it was not you, do nothing: nothing more will come.',
  ownDataSubject: 'Your data at {0}',
  ownDataIntro: 'Here you get a copy of what {0} keeps about you, or have it deleted. The link works for one day.',
  ownDataIgnore: 'If you did not ask for it, do nothing.',
  days: 'The link works for seven days.',
}

export type Words = typeof english
