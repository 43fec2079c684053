import { computed } from '@preact/signals';
import { currentPreset } from '../scenes';
import { presets, scene } from '../state';

export const activePreset = computed(() => currentPreset(presets.value ?? [], scene.value));

/** What to call the running scene. */
export const sceneName = computed(() => activePreset.value?.name || scene.value.modelName || 'Scene');
