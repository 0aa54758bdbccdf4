import type { NestExpressApplication } from '@nestjs/platform-express';

/** A route of an application as Express has it: `/api/v1/requests/:id`. */
export interface Route {
  method: string;
  path: string;
}

/** Every route that an application serves, whoever put it there. */
export function routesOf(app: NestExpressApplication): Route[] {
  const router: { stack: { route?: { path: string; stack: { method?: string }[] } }[] } = app
    .getHttpAdapter()
    .getInstance().router;
  const routes = router.stack.flatMap(({ route }) =>
    route === undefined
      ? []
      : route.stack.map(({ method = 'get' }) => ({ method: method.toUpperCase(), path: route.path })),
  );
  return [...new Map(routes.map((route) => [`${route.method} ${route.path}`, route])).values()];
}
