"""Maximum likelihood over log-parameters with an analytic gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
LogLikelihood = Callable[[Floats], tuple[float, Floats]]

_LOG_BOUND = 14.0
_HESSIAN_STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Maximum:
    """The best point found: ln-parameters, log-likelihood, covariance of ln-parameters, convergence."""

    log_parameters: Floats
    loglik: float
    covariance: Floats
    converged: bool


def maximise(loglik: LogLikelihood, starts: Sequence[Sequence[float]], scale: float) -> Maximum:
    """Maximise a log-likelihood of ln-parameters; ``scale`` is the number of observations.

    ``loglik`` returns value and gradient in ln-parameters. Starts (natural parameters) are tried in order
    until L-BFGS-B converges with a small gradient and a proper Hessian; else the best of all is returned
    as not converged.
    """
    best: Maximum | None = None
    for start in starts:
        found = _climb(loglik, np.log(np.asarray(start, dtype=np.float64)), scale)
        if best is None or (found.converged, found.loglik) > (best.converged, best.loglik):
            best = found
        if best.converged:
            break
    if best is None:
        raise ValueError("no starting point")
    return best


def _climb(loglik: LogLikelihood, start: Floats, scale: float) -> Maximum:
    def descent(point: Floats) -> tuple[float, Floats]:
        value, gradient = loglik(point)
        if not np.isfinite(value):
            return 1e10, np.zeros_like(point)
        return -value / scale, -gradient / scale

    bounds = [(-_LOG_BOUND, _LOG_BOUND)] * len(start)
    result = minimize(
        descent,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-12, "gtol": 1e-6, "maxiter": 500},
    )
    point = np.asarray(result.x, dtype=np.float64)
    # Newton steps from the last point: quadratic convergence costs less than the tail of L-BFGS.
    point, hessian = _polish(loglik, point)
    value, gradient = loglik(point)
    information = -hessian
    eigenvalues = np.linalg.eigvalsh(information)
    proper = bool(np.all(np.isfinite(eigenvalues)) and eigenvalues[0] > 1e-9 * scale)
    inside = bool(np.all(np.abs(point) < _LOG_BOUND - 1e-6))
    flat = bool(np.max(np.abs(gradient)) / scale < 1e-5)
    return Maximum(point, value, _covariance(information), proper and inside and flat)


def _polish(loglik: LogLikelihood, point: Floats) -> tuple[Floats, Floats]:
    """Take one or two guarded Newton steps and return the point with its Hessian."""
    hessian = _hessian(loglik, point)
    value, gradient = loglik(point)
    if np.all(np.isfinite(hessian)) and np.linalg.eigvalsh(-hessian)[0] > 0:
        step = np.linalg.solve(hessian, -gradient)
        if np.max(np.abs(step)) < 0.5:
            candidate = np.clip(point + step, -_LOG_BOUND, _LOG_BOUND)
            if loglik(candidate)[0] >= value:
                return candidate, hessian
    return point, hessian


def _hessian(loglik: LogLikelihood, point: Floats) -> Floats:
    """Return the symmetric central difference of the analytic gradient."""
    size = len(point)
    hessian = np.empty((size, size))
    for at in range(size):
        step = np.zeros(size)
        step[at] = _HESSIAN_STEP
        hessian[at] = (loglik(point + step)[1] - loglik(point - step)[1]) / (2 * _HESSIAN_STEP)
    return (hessian + hessian.T) / 2


def _covariance(information: Floats) -> Floats:
    """Invert the information; a direction without information gets a variance of 1, not of infinity."""
    if not np.all(np.isfinite(information)):
        return np.eye(len(information))
    eigenvalues, vectors = np.linalg.eigh(information)
    inverse = 1.0 / np.maximum(eigenvalues, 1.0)
    return np.asarray((vectors * inverse) @ vectors.T, dtype=np.float64)


def draw_parameters(log_parameters: Floats, covariance: Floats, draws: int, random: np.random.Generator) -> Floats:
    """Return ``draws`` rows of natural parameters whose logs are N(MLE, covariance), kept finite."""
    eigenvalues, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    logs = log_parameters + random.standard_normal((draws, len(log_parameters))) @ root.T
    return np.asarray(np.exp(np.clip(logs, -_LOG_BOUND, _LOG_BOUND)), dtype=np.float64)
