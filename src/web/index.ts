/** @file The browser door: what needs the DOM. Files inside never import it. */
export { openSession, openWebDriver, type WebSessionOptions } from './open-session.ts'
