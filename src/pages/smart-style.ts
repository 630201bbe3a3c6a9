/**
 * The portal's colors for apps that want to look like a part of it.
 * https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#styling
 */
import type { RequestHandler } from 'express';
import type { BrandSettings } from './brand.js';

const smartStyle = ({
  'accent-color': accent,
  'paper-color': paper,
}: BrandSettings): Readonly<Record<string, string>> => ({
  color_background: paper,
  color_error: '#a3341f',
  color_highlight: accent,
  color_modal_backdrop: '#1b2527',
  color_success: '#1f6b45',
  color_text: '#1b2527',
  dim_border_radius: '8px',
  dim_font_size: '16px',
  dim_spacing_size: '16px',
  font_family_body: 'system-ui, sans-serif',
  font_family_heading: 'Georgia, serif',
});

/** Serves it to everybody. */
export const smartStyleHandler =
  (settings: () => Promise<BrandSettings>): RequestHandler =>
  async (_request, response) => {
    response.set({
      'Access-Control-Allow-Origin': '*',
      'Cache-Control': 'no-cache',
      'X-Content-Type-Options': 'nosniff',
    });
    response.json(smartStyle(await settings()));
  };
