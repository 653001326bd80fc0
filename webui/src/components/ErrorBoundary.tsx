// A part that cannot be drawn must not take the page with it.

import { Component, type ReactNode } from 'react';

interface Props {
  what: string;
  children: ReactNode;
}

export class ErrorBoundary extends Component<Props, { message: string | null }> {
  override state = { message: null as string | null };

  static getDerivedStateFromError(error: unknown) {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    if (this.state.message === null) return this.props.children;
    return (
      <p className="muted" role="alert">
        {this.props.what} could not be drawn ({this.state.message}); its data is in the raw result below.
      </p>
    );
  }
}
