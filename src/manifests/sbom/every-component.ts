import type { SbomModelComponent } from './model.js';

/** A component and whether another one contains it. */
export interface PlacedComponent {
  component: SbomModelComponent;
  isPart: boolean;
}

/** All components of a model, each followed by its parts. */
export function* everyComponent(
  components: readonly SbomModelComponent[],
  isPart = false,
): Generator<PlacedComponent> {
  for (const component of components) {
    yield { component, isPart };
    yield* everyComponent(component.contains, true);
  }
}
