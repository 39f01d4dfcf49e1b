/** Records a voice: small, with what it looks like while it comes in. */

const BITS = 16_000;
const EACH_MS = 60;
/** In the order of how small and how widely played. */
const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4;codecs=opus", "audio/mp4"];

export interface Recorded {
  data: Blob;
  duration_ms: number;
  levels: readonly number[];
}

export class Recorder {
  /** Milliseconds since it began. */
  elapsed = $state(0);
  /** How loud it was, every sixty milliseconds, from 0 to 1. */
  levels = $state.raw<readonly number[]>([]);

  readonly #stream: MediaStream;
  readonly #recorder: MediaRecorder;
  readonly #context: AudioContext;
  readonly #pieces: Blob[] = [];
  readonly #began = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(stream: MediaStream, full: () => void, mostMs: number) {
    this.#stream = stream;
    const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
    this.#recorder = new MediaRecorder(stream, { ...(kind ? { mimeType: kind } : {}), audioBitsPerSecond: BITS });
    this.#recorder.ondataavailable = ({ data }) => data.size && this.#pieces.push(data);
    this.#context = new AudioContext();
    const ear = this.#context.createAnalyser();
    ear.fftSize = 1024;
    this.#context.createMediaStreamSource(stream).connect(ear);
    const samples = new Uint8Array(ear.fftSize);
    this.#recorder.start(1000);
    this.#timer = setInterval(() => {
      this.elapsed = performance.now() - this.#began;
      ear.getByteTimeDomainData(samples);
      let most = 0;
      for (const sample of samples) most = Math.max(most, Math.abs(sample - 128));
      this.levels = [...this.levels, Math.min(1, most / 96)];
      if (this.elapsed >= mostMs) full();
    }, EACH_MS);
  }

  /** Begin. `full` is called when no more is taken. Throws when the microphone cannot be had. */
  static async begin(mostMs: number, full: () => void): Promise<Recorder> {
    const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    return new Recorder(await navigator.mediaDevices.getUserMedia({ audio }), full, mostMs);
  }

  /** End, and return what was recorded. */
  async stop(): Promise<Recorded> {
    const duration_ms = performance.now() - this.#began;
    const ended = new Promise((resolve) => (this.#recorder.onstop = resolve));
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
    else this.#recorder.onstop?.(new Event("stop"));
    await ended;
    this.#let_go();
    return { data: new Blob(this.#pieces, { type: this.#recorder.mimeType }), duration_ms, levels: this.levels };
  }

  /** End, and keep nothing. */
  cancel(): void {
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
    this.#let_go();
  }

  #let_go(): void {
    clearInterval(this.#timer);
    for (const track of this.#stream.getTracks()) track.stop();
    void this.#context.close().catch(() => undefined);
  }
}
