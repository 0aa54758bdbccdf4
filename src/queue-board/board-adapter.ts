import type { AppViewRoute } from '@bull-board/api/typings/app';
import { ExpressAdapter } from '@bull-board/express';
import type { Request, Response } from 'express';

/** The page asks another host for its fonts; without them it takes those of the browser. */
const FOREIGN_FONTS = /<link[^>]*\bhref="https:\/\/fonts\.[^>]*>/g;
/** What is shown until the scripts have begun, with a style sheet within the page. */
const INLINE_STYLES = /<style>[^<]*<\/style>|(?<=<[a-z]+) style="[^"]*"/g;

/** Bull's board as an Express application, its page without what the policy of this service does not allow. */
export class BoardAdapter extends ExpressAdapter {
  constructor() {
    super();
    this.app.disable('x-powered-by');
  }

  override setEntryRoute({ route, handler }: AppViewRoute): this {
    this.app.get(route, (_: Request, response: Response, next) => {
      const { name, params } = handler({ basePath: this.basePath, uiConfig: this.uiConfig });
      response.render(name, params, (error: unknown, page: string) => {
        if (error) next(error);
        else response.type('html').send(page.replace(FOREIGN_FONTS, '').replace(INLINE_STYLES, ''));
      });
    });
    return this;
  }
}
