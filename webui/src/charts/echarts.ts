// ECharts with only the parts that our charts use; drawn as SVG, which prints sharp.

import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  AxisPointerComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TitleComponent,
  TooltipComponent,
} from 'echarts/components';
import { type EChartsCoreOption, type EChartsType, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([
  AxisPointerComponent, BarChart, GridComponent, LineChart, MarkAreaComponent, MarkLineComponent,
  ScatterChart, SVGRenderer, TitleComponent, TooltipComponent,
]);

export { init };
export type { EChartsCoreOption as Option, EChartsType };
