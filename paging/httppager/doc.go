// Package httppager holds the pagers that are reached by HTTP, a file each: webhook, PagerDuty, Alertmanager, Slack.
//
// What they share is how a request is made and what an answer means ([paging.paging.SendError]): a page goes where the
// configuration says or nowhere, no redirect is followed, and no URL is in an error, for who knows it can post to it.
package httppager
